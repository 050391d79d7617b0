"""Feature imputation: how much the loss rises when a gene stands at its mean."""

from collections.abc import Callable

import torch
from torch import Tensor

from spinn.networks.network import ACTIVATIONS, Network
from spinn.networks.problem import Problem
from spinn.networks.tasks import Reconstruction, Regression

# So many pairs of a cell and a gene are used at most, but no fewer cells than the second number.
PAIRS, MIN_CELLS = 2**19, 512
BLOCK_NUMBERS = 2**20  # that a block of work holds: 4 MB stay in the cache
ENTRY = {
    "name": "imputation",
    "kind": "ranker",
    "order": 3,
    "gate": "open",
    "noise": "none",
    "takes": "rise of the loss when the gene stands at its mean",
    "source": "after Breiman 2001",
    "colour": "#009E73",
}


def score(network: Network, problem: Problem) -> Tensor:
    """Return the rise of the mean loss when each gene stands at its mean, shape (genes,).

    Replacing gene i changes the first pre-activation by -x_i w_i, so W1 is not applied again. With
    squared error and a linear output, last hidden values that move by d raise the loss by
    d'(V'V)d + 2 d'V'(V h + c - y): V'V and the cells' V'(V h + c - y) are computed once and nothing
    as wide as the output is touched per gene. Rises are summed in float64. Exact.
    """
    scores = torch.zeros(network.n_inputs, dtype=torch.float64, device=problem.positions.device)
    n = 0
    wanted = max(MIN_CELLS, PAIRS // network.n_inputs)
    with torch.no_grad():
        for x, y in problem.train.spread(wanted):
            scores += _rise(network, problem, x, y)
            n += len(x)
    return scores / n


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
        if problem.task.counts_hidden_only:
            rise = rise - _rise_of_itself(problem, weight, bias, whole, values, y, genes)
        rises.append(rise.sum(1))
    return torch.cat(rises)


def _rise_of_last_values(
    problem: Problem, weight: Tensor, bias: Tensor, whole: Tensor, y: Tensor
) -> Callable[[Tensor], Tensor]:
    """Return the function from last hidden values (genes, cells, h) to rises (genes, cells)."""
    if not isinstance(problem.task, Reconstruction | Regression):
        base = problem.task.loss(whole @ weight.T + bias, y).double()

        def loss_by_output(values: Tensor) -> Tensor:
            flat = (values @ weight.T + bias).flatten(0, 1)
            loss = problem.task.loss(flat, _repeat(y, len(values))).double()
            return loss.view(len(values), -1) - base

        return loss_by_output
    # With h + d in place of h the squared error rises by d'(V'V)d + 2 d'V'(V h + c - y): the large
    # constant part is never formed, so nothing cancels.
    product = weight.T @ weight
    slope = 2 * (whole @ weight.T + bias - y) @ weight

    def loss_by_quadratic_form(values: Tensor) -> Tensor:
        moved = values - whole
        form = (moved @ product).add_(slope).mul_(moved)
        return form.sum(-1).double() / _divisor(problem)

    return loss_by_quadratic_form


def _rise_of_itself(
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
    rows, offset = weight[at], (bias[at][:, None] - y[:, at].T)
    ablated = torch.einsum("gch,gh->gc", values, rows) + offset
    complete = torch.einsum("ch,gh->gc", whole, rows) + offset
    return (ablated.square() - complete.square()).double() / _divisor(problem)


def _rise_linear(network: Network, problem: Problem, x: Tensor, y: Tensor) -> Tensor:
    """Return the same without hidden layers: the output itself moves by -x_i v_i."""
    output, weight = network.body(x), network.linears[-1].weight
    base = problem.task.loss(output, y).double()
    before = (output - y).square() if problem.task.counts_hidden_only else None
    rises = []
    for gene in range(network.n_inputs):
        moved = output - x[:, gene, None] * weight[:, gene]
        rise = problem.task.loss(moved, y).double() - base
        if before is not None:
            at = problem.positions[gene]
            itself = (moved[:, at] - y[:, at]).square() - before[:, at]
            rise = rise - itself.double() / _divisor(problem)
        rises.append(rise.sum())
    return torch.stack(rises)


def _divisor(problem: Problem) -> float:
    task = problem.task
    return task.variance if isinstance(task, Reconstruction) else float(task.n_outputs)


def _repeat(y: Tensor, times: int) -> Tensor:
    return y.repeat(times) if y.ndim == 1 else y.repeat(times, 1)
