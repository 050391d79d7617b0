"""Several seeds as one batched program, against one after the other."""

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.step import BASIS, CELLS, HIDDEN
from benchmarks.timing import compare
from spinn.networks.adam import Adam, Group

SEEDS, BATCH, STEPS = 5, 64, 20
GENES = (8, 64, 500, 2000)


def weights(genes: int, seed: int) -> list[Tensor]:
    """Return the initial weights and biases of one seed's network."""
    generator = torch.Generator().manual_seed(seed)
    widths = [genes, *HIDDEN, BASIS]
    shapes = [s for a, b in itertools.pairwise(widths) for s in ((a, b), (1, b))]
    return [torch.randn(*s, generator=generator) * s[0] ** -0.5 * (s[0] > 1) for s in shapes]


def trainer(
    starts: list[list[Tensor]], x: Tensor, y: Tensor
) -> tuple[list[Tensor], Callable[[list[Tensor]], None]]:
    """Return stacked parameters, and a function that takes one step per tensor of row numbers."""
    parameters = [torch.stack(layer).requires_grad_() for layer in zip(*starts, strict=True)]
    adam = Adam([Group(tuple(parameters), 1e-3)])

    def train(rows: list[Tensor]) -> None:
        for index in rows:
            h = x[index]
            *inner, last = zip(parameters[::2], parameters[1::2], strict=True)
            for weight, bias in inner:
                h = torch.nn.functional.elu(torch.baddbmm(bias, h, weight))
            z = torch.baddbmm(last[1], h, last[0])
            (z - y[index]).square().sum(-1).mean(-1).sum().backward()
            adam.step()

    return parameters, train


def measure() -> dict[str, dict[str, Any]]:
    """Return, per number of genes, how many times longer seeds take one after the other."""
    results = {}
    for genes in GENES:
        torch.manual_seed(0)
        x, y = torch.randn(CELLS, genes), torch.randn(CELLS, BASIS)
        rows = [torch.randint(CELLS, (SEEDS, BATCH)) for _ in range(STEPS)]
        starts = [weights(genes, seed) for seed in range(SEEDS)]
        together, train = trainer(starts, x, y)
        apart = [trainer([start], x, y) for start in starts]

        def one_by_one(apart=apart, rows=rows) -> None:
            for seed, (_, step) in enumerate(apart):
                step([index[seed : seed + 1] for index in rows])

        train(rows), one_by_one()
        same = max(
            float(((all_[s] - one[0]).abs().max() / one.abs().max()).detach())
            for s, (alone, _) in enumerate(apart)
            for all_, one in zip(together, alone, strict=True)
        )
        setting = {"seeds": SEEDS, "genes": genes, "batch": BATCH, "hidden": list(HIDDEN),
                   "basis": BASIS, "steps": STEPS, "threads": torch.get_num_threads()}  # fmt: skip
        results[f"seeds_{genes}"] = compare(
            lambda train=train, rows=rows: train(rows), one_by_one, same=same, setting=setting
        )
    return results
