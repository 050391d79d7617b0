"""Scores: one number per input gene, larger is more important; and the table of rankers.

A ranker is a gate and a score. A new score is one function, one line in `_SCORES`, and the gate
it belongs to in `spinn.selectors.registry`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from spinn.networks.batches import Examples
from spinn.networks.network import ACTIVATIONS, Network
from spinn.networks.problem import Problem
from spinn.networks.tasks import Reconstruction, Regression
from spinn.selectors.registry import RANKER_GATES

# `jacobian` looks at this many cells at most; `imputation`, whose noise is larger, at so many
# pairs of a cell and a gene, but at no fewer cells than the last number.
JACOBIAN_CELLS, IMPUTATION_PAIRS, LEAST_CELLS = 1024, 2**19, 512
BLOCK_NUMBERS = 2**20  # that a block of work holds: 4 MB stay in the cache


@dataclass(frozen=True)
class Ranker:
    """A gate's name and the function that scores a network's inputs on a problem."""

    gate: str
    score: Callable[[Network, Problem], Tensor]


def gate_score(network: Network, problem: Problem) -> Tensor:
    """Return the gate's own scores: how open it holds each gene, shape (genes,)."""
    return network.gate.scores().double()


def first_layer(network: Network, problem: Problem) -> Tensor:
    """Return the Euclidean norm of each gene's first-layer weights, shape (genes,)."""
    weight: Tensor = network.linears[0].weight.detach()
    return weight.double().norm(dim=0)


def jacobian(network: Network, problem: Problem) -> Tensor:
    r"""Return the mean squared norm of the outputs' derivative by each gene, shape (genes,).

    With W1 the first layer and M the cell's h x h matrix D1 W2' ... DL V'V DL ... W2 D1 (D the
    activations' slopes), the score of gene i is w_i' E[M] w_i, w_i its column of W1: one pass
    over the cells, then one quadratic form per gene. Exact.

    Where outputs count only when their own input is hidden, a gene's own output is left out: the
    squared diagonal J_ii is taken off.
    """
    first = network.linears[0].weight.detach().double()
    blocks, total, n = [], None, 0
    for x, _ in _cells(problem.train, JACOBIAN_CELLS):
        step = max(1, BLOCK_NUMBERS // max(1, 2 * max(network.hidden, default=1) ** 2))
        blocks += list(x.split(step))
    if not network.hidden:
        scores = first.square().sum(0)
    else:
        for x in blocks:
            middle = _middle(network, x).double().sum(0)
            total = middle if total is None else total + middle
            n += len(x)
        scores = ((total / n) @ first * first).sum(0)  # type: ignore[operator]
    if _hides_own(problem):
        own = sum((_own_slopes(network, problem, x).square().sum(0) for x in blocks), 0)
        scores = scores - own / sum(len(x) for x in blocks)
    return scores


def imputation(network: Network, problem: Problem) -> Tensor:
    """Return the rise of the mean loss when each gene stands at its mean, shape (genes,).

    Replacing gene i changes the first pre-activation by -x_i w_i, so W1 is not applied again. With
    squared error and a linear output, last hidden values that move by d raise the loss by
    d'(V'V)d + 2 d'V'(V h + c - y): V'V and the cells' V'(V h + c - y) are computed once and nothing
    as wide as the output is touched per gene. Rises are summed in float64. Exact.
    """
    scores = torch.zeros(network.n_inputs, dtype=torch.float64, device=problem.positions.device)
    n = 0
    wanted = max(LEAST_CELLS, IMPUTATION_PAIRS // network.n_inputs)
    with torch.no_grad():
        for x, y in _cells(problem.train, wanted):
            scores += _rise(network, problem, x, y)
            n += len(x)
    return scores / n


_SCORES = {
    "bernoulli": gate_score,
    "gaussian": gate_score,
    "imputation": imputation,
    "first_layer": first_layer,
    "jacobian": jacobian,
}
RANKERS = {name: Ranker(gate, _SCORES[name]) for name, gate in RANKER_GATES.items()}


def _cells(examples: Examples, wanted: int) -> list[tuple[Tensor, Tensor]]:
    """Return the cells a score looks at: evenly spaced, spread over the views."""
    n_views = len(examples.inputs)
    per_view = max(1, min(examples.n_cells, wanted // n_views))
    index = torch.linspace(0, examples.n_cells - 1, per_view).round().long().unique()
    return [examples.batch(view, index) for view in range(n_views)]


def _hides_own(problem: Problem) -> bool:
    return isinstance(problem.task, Reconstruction) and problem.task.counts_hidden_only


def _slopes(network: Network, x: Tensor) -> list[Tensor]:
    """Return the activations' slopes at each hidden layer, shapes (cells, width)."""
    act = ACTIVATIONS[network.activation]
    slopes = []
    for layer in network.linears[:-1]:
        with torch.enable_grad():
            pre = layer(x).detach().requires_grad_()
            after = act(pre)
            slopes.append(torch.autograd.grad(after.sum(), pre)[0])
        x = after.detach()
    return slopes


def _middle(network: Network, x: Tensor) -> Tensor:
    """Return each cell's matrix M of `jacobian`, shape (cells, h1, h1)."""
    slopes = _slopes(network, x)
    last = network.linears[-1].weight.detach()
    middle = (last.T @ last).expand(len(x), -1, -1)
    for level in range(len(slopes) - 1, -1, -1):
        middle = slopes[level][:, :, None] * middle * slopes[level][:, None, :]
        if level:
            weight = network.linears[level].weight.detach()
            middle = weight.T @ middle @ weight
    return middle


def _own_slopes(network: Network, problem: Problem, x: Tensor) -> Tensor:
    """Return d output_i / d input_i for every input gene, shape (cells, genes)."""
    own = network.linears[-1].weight.detach()[problem.positions]
    first = network.linears[0].weight.detach()
    if not network.hidden:
        return own.diagonal().double().expand(len(x), -1)
    slopes = _slopes(network, x)
    rows = []
    for cell in range(len(x)):
        left = own * slopes[-1][cell]
        for level in range(len(slopes) - 1, 0, -1):
            left = (left @ network.linears[level].weight.detach()) * slopes[level - 1][cell]
        rows.append((left * first.T).sum(1).double())
    return torch.stack(rows)


def _rise(network: Network, problem: Problem, x: Tensor, y: Tensor) -> Tensor:
    """Return, per gene, the sum over cells of the loss's rise when the gene is at its mean."""
    if not network.hidden:
        return _rise_linear(network, problem, x, y)
    layers, act = network.linears, ACTIVATIONS[network.activation]
    weight, bias = layers[-1].weight, layers[-1].bias

    def deeper(values: Tensor) -> Tensor:
        for layer in layers[1:-1]:
            values = act(layer(values))
        return values

    pre = layers[0](x)
    whole = deeper(act(pre))
    rise_of = _rise_of_last_values(problem, weight, bias, whole, y)
    quadratic = isinstance(problem.task, Reconstruction | Regression)
    widest = max(*network.hidden, 0 if quadratic else network.n_outputs)
    step = max(1, BLOCK_NUMBERS // (len(x) * widest))
    rises = []
    for genes in torch.arange(network.n_inputs, device=x.device).split(step):
        removed = x[:, genes].T[:, :, None] * layers[0].weight[:, genes].T[:, None, :]
        values = deeper(act(pre - removed))
        rise = rise_of(values)
        if _hides_own(problem):
            rise = rise - _own_rise(problem, weight, bias, whole, values, y, genes)
        rises.append(rise.sum(1))
    return torch.cat(rises)


def _rise_of_last_values(
    problem: Problem, weight: Tensor, bias: Tensor, whole: Tensor, y: Tensor
) -> Callable[[Tensor], Tensor]:
    """Return the function from last hidden values (genes, cells, h) to rises (genes, cells)."""
    if not isinstance(problem.task, Reconstruction | Regression):
        base = problem.task.loss(whole @ weight.T + bias, y).double()

        def by_output(values: Tensor) -> Tensor:
            flat = (values @ weight.T + bias).flatten(0, 1)
            loss = problem.task.loss(flat, _repeat(y, len(values))).double()
            return loss.view(len(values), -1) - base

        return by_output
    # With h + d in place of h the squared error rises by d'(V'V)d + 2 d'V'(V h + c - y): the large
    # constant part is never formed, so nothing cancels.
    product = weight.T @ weight
    slope = 2 * (whole @ weight.T + bias - y) @ weight

    def by_form(values: Tensor) -> Tensor:
        moved = values - whole
        form = (moved @ product).add_(slope).mul_(moved)
        return form.sum(-1).double() / _divisor(problem)

    return by_form


def _own_rise(
    problem: Problem,
    weight: Tensor,
    bias: Tensor,
    whole: Tensor,
    values: Tensor,
    y: Tensor,
    genes: Tensor,
) -> Tensor:
    """Return the rise of each gene's own squared error, shape (genes, cells)."""
    at = problem.positions[genes]
    own, offset = weight[at], (bias[at][:, None] - y[:, at].T)
    ablated = torch.einsum("gch,gh->gc", values, own) + offset
    complete = torch.einsum("ch,gh->gc", whole, own) + offset
    return (ablated.square() - complete.square()).double() / _divisor(problem)


def _rise_linear(network: Network, problem: Problem, x: Tensor, y: Tensor) -> Tensor:
    """Return the same without hidden layers: the output itself moves by -x_i v_i."""
    output, weight = network.body(x), network.linears[-1].weight
    base = problem.task.loss(output, y).double()
    own_before = (output - y).square() if _hides_own(problem) else None
    rises = []
    for gene in range(network.n_inputs):
        moved = output - x[:, gene, None] * weight[:, gene]
        rise = problem.task.loss(moved, y).double() - base
        if own_before is not None:
            at = problem.positions[gene]
            own = (moved[:, at] - y[:, at]).square() - own_before[:, at]
            rise = rise - own.double() / _divisor(problem)
        rises.append(rise.sum())
    return torch.stack(rises)


def _divisor(problem: Problem) -> float:
    task = problem.task
    return task.variance if isinstance(task, Reconstruction) else float(task.n_outputs)


def _repeat(y: Tensor, times: int) -> Tensor:
    return y.repeat(times) if y.ndim == 1 else y.repeat(times, 1)
