"""Jacobian and imputation scores against gene by gene: speed, sameness, growth, memory."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import plain
from benchmarks.step import problem_of
from benchmarks.timing import compare, seconds
from spinn.networks.gates import GateSettings, make_gate
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.selectors.rankers import imputation, jacobian

CELLS, HIDDEN = 256, (100, 100, 100, 100)
GENES = (500, 1000, 2000, 5000, 10000)
SAMPLE = 40  # genes that the plain way is run on; its time is scaled by genes / SAMPLE
SCORES = {"jacobian": jacobian.score, "imputation": imputation.score}


def case(
    genes: int, cells: int = CELLS, hidden: Sequence[int] = HIDDEN
) -> tuple[Network, Problem, Tensor, Tensor]:
    """Return an autoencoder of all genes, its problem, inputs and targets."""
    torch.manual_seed(genes)
    network = Network(make_gate("open", genes, GateSettings()), genes, hidden, genes).eval()
    x = torch.randn(cells, genes)
    y = x + 0.5 * torch.randn_like(x)
    problem = problem_of(x, y, None)
    return network, problem, x, y


def plain_scores(
    name: str, network: Network, problem: Problem, data: tuple[Tensor, Tensor], genes: Sequence[int]
) -> Tensor:
    """Return the scores of some genes, one at a time."""
    x, y = data
    with torch.no_grad():
        if name == "jacobian":
            return torch.stack([plain.jacobian_of_gene(network, x, gene) for gene in genes])

        def loss(values: Tensor) -> Tensor:
            return problem.task.loss(network(values), y)

        whole = loss(x)
        return torch.stack([plain.imputation_of_gene(loss, x, whole, gene) for gene in genes])


def measure_size(name: str, genes: int) -> dict[str, Any]:
    """Return how one score compares at one number of genes."""
    network, problem, x, y = case(genes)
    sample = np.linspace(0, genes - 1, SAMPLE).round().astype(int).tolist()
    score = SCORES[name]
    fast = score(network, problem)[sample].double()
    # The plain way in float64: in float32 its differences of losses lose three digits.
    slow = plain_scores(name, network.double(), problem, (x.double(), y.double()), sample)
    network.float()
    # A gene whose score is near zero has no meaningful relative error: the largest score is the
    # measure.
    same = float((fast - slow).abs().max() / slow.abs().max())
    order = np.corrcoef(np.argsort(np.argsort(fast)), np.argsort(np.argsort(slow)))[0, 1]
    setting = {"cells": CELLS, "genes": genes, "hidden": list(HIDDEN), "outputs": genes,
               "genes_timed_gene_by_gene": SAMPLE, "rank_correlation": float(order),
               "threads": torch.get_num_threads()}  # fmt: skip
    return compare(
        lambda: score(network, problem),
        lambda: plain_scores(name, network, problem, (x, y), sample),
        same=same,
        setting=setting,
        scale=genes / SAMPLE,
    )


def growth(name: str) -> dict[str, Any]:
    """Return fitted exponents of a score's time in genes, cells and hidden width."""
    score, exponents = SCORES[name], {}
    for axis, sizes in {"genes": (1000, 2000, 4000, 8000), "cells": (128, 256, 512),
                        "hidden": (64, 128, 256)}.items():  # fmt: skip
        times = []
        for size in sizes:
            network, problem, _, _ = case(
                size if axis == "genes" else 2000,
                size if axis == "cells" else CELLS,
                (size,) * 4 if axis == "hidden" else HIDDEN,
            )
            score(network, problem)
            times.append(min(seconds(lambda n=network, p=problem: score(n, p)) for _ in range(3)))
        slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        exponents[axis] = {"exponent": float(slope), "sizes": list(sizes), "seconds": times}
    return exponents


def peak_memory(name: str, genes: int) -> float:
    """Return by how many MB a score raises the peak of a fresh process."""
    code = (
        "import resource, sys, json, torch; torch.set_num_threads(1)\n"
        "from benchmarks.scores import SCORES, case\n"
        f"n, p, *_ = case({genes}); small = case(50)\n"
        f"SCORES['{name}'](small[0], small[1])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"SCORES['{name}'](n, p)\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(json.dumps((after - before) / 1024))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout))


def measure() -> dict[str, dict[str, Any]]:
    """Return the results of both scores at every size, by name."""
    results = {}
    for name in SCORES:
        for genes in GENES:
            result = measure_size(name, genes)
            result["setting"]["peak_memory_mb"] = peak_memory(name, genes)
            results[f"{name}_{genes}"] = result
        results[f"{name}_{GENES[2]}"]["setting"]["growth"] = growth(name)
    return results
