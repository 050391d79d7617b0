"""Jacobian sensitivity: how much the outputs move with each gene."""

import torch
from torch import Tensor

from spinn.networks.network import ACTIVATIONS, Network
from spinn.networks.problem import Problem

N_CELLS = 1024  # that are used at most
BLOCK_NUMBERS = 2**20  # that a block of work holds: 4 MB stay in the cache
ENTRY = {
    "name": "jacobian",
    "kind": "ranker",
    "order": 5,
    "gate": "open",
    "noise": "none",
    "takes": "mean squared norm of the outputs' derivative",
    "source": "Covert et al.",
    "colour": "#E69F00",
}


def score(network: Network, problem: Problem) -> Tensor:
    r"""Return the mean squared norm of the outputs' derivative by each gene, shape (genes,).

    With W1 the first layer and M the cell's h x h matrix D1 W2' ... DL V'V DL ... W2 D1 (D the
    activations' slopes), the score of gene i is w_i' E[M] w_i, w_i its column of W1: one pass
    over the cells, then one quadratic form per gene. Exact.

    Where outputs count only when their own input is hidden, a gene's own output is left out: the
    squared diagonal J_ii is taken off.
    """
    first = network.linears[0].weight.detach().double()
    blocks, total, n = [], None, 0
    for x, _ in problem.train.spread(N_CELLS):
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
    if problem.task.counts_hidden_only:
        diagonal = sum((_diagonal(network, problem, x).square().sum(0) for x in blocks), 0)
        scores = scores - diagonal / sum(len(x) for x in blocks)
    return scores


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


def _diagonal(network: Network, problem: Problem, x: Tensor) -> Tensor:
    """Return d output_i / d input_i for every input gene, shape (cells, genes)."""
    last = network.linears[-1].weight.detach()[problem.positions]
    first = network.linears[0].weight.detach()
    if not network.hidden:
        return last.diagonal().double().expand(len(x), -1)
    slopes = _slopes(network, x)
    rows = []
    for cell in range(len(x)):
        left = last * slopes[-1][cell]
        for level in range(len(slopes) - 1, 0, -1):
            left = (left @ network.linears[level].weight.detach()) * slopes[level - 1][cell]
        rows.append((left * first.T).sum(1).double())
    return torch.stack(rows)
