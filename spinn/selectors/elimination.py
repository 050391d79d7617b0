"""Recursive feature elimination: networks train, the genes with the lowest scores go, and so on."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from spinn.arrays import Floats
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import fit
from spinn.panel import PanelPath, ranked_path
from spinn.selectors.by_score import best_first
from spinn.selectors.run import Run
from spinn.settings import Settings

log = logging.getLogger(__name__)
SEED_STRIDE = 1009  # between the seeds of networks that vote
Score = Callable[[Network, Problem], Tensor]


def schedule(n_genes: int, sizes: Sequence[int], ratio: float) -> list[int]:
    """Return the gene counts after each elimination, from below ``n_genes`` to the smallest size.

    Parameters
    ----------
    n_genes
        Genes at the start.
    sizes
        Counts to pass through, each in 1..n_genes.
    ratio
        Share kept per stage, in (0, 1); the last stage before a size is shortened to meet it.

    Returns
    -------
    list of int
        Strictly decreasing; holds every size below ``n_genes``.

    Raises
    ------
    ValueError
        If a size or the ratio is out of range.
    """
    if not 0 < ratio < 1:
        raise ValueError(f"ratio must lie in (0, 1), got {ratio}")
    wrong = [size for size in sizes if not 1 <= size <= n_genes]
    if wrong or not sizes:
        raise ValueError(f"sizes must lie in 1..{n_genes}, got {wrong[:5]}")
    counts, current = [], n_genes
    for target in sorted({int(size) for size in sizes}, reverse=True):
        while current > target:
            current = max(target, min(current - 1, int(current * ratio)))
            counts.append(current)
    return counts


def eliminate(
    problem: Problem, bases: Sequence[Network], score: Score, settings: Settings, run: Run
) -> PanelPath:
    """Return the panels of a recursive elimination by one network, or by several that vote.

    Several networks train side by side on the same genes; a gene's score is the mean of theirs.

    Parameters
    ----------
    problem
        All genes as inputs; training and validation cells.
    bases
        At least one network with the ranker's gate, trained on all of the problem's genes.
    score
        The ranker's.
    settings
        Its training and elimination sections are used.
    run
        Its seed is that of training. Required genes rank first and are never eliminated; excluded
        ones go before any other.

    Raises
    ------
    ValueError
        If a size cannot be met.
    """
    run.constraints.check_sizes(run.sizes, problem.genes)
    training = replace(settings.training, max_steps=settings.elimination.max_steps)
    networks, current = [(base, training) for base in bases], problem
    eliminated: list[tuple[str, float, int]] = []  # worst first
    candidates = run.constraints.candidate_positions(problem.genes)
    counts = schedule(len(candidates), run.sizes, settings.elimination.ratio)
    counts.append(0)  # a last scoring orders the smallest panel
    for stage, count in enumerate(counts):
        scores = np.mean([scored(score, network, current) for network, _ in networks], axis=0)
        names = np.array(current.genes)
        left = np.arange(len(names)) if stage else candidates
        order = left[best_first(names[left], scores[left], run)]
        worst_first = order[count:][::-1]
        eliminated += [(str(names[i]), float(scores[i]), len(names)) for i in worst_first]
        if count == 0:
            break
        index = torch.as_tensor(np.sort(order[:count]), device=current.positions.device)
        current = current.keep(index)
        log.info("stage %d of %d: %d genes", stage + 1, len(counts) - 1, count)
        fitted = [
            fit(network.keep(index), current, how, seed=run.seed + stage + 1 + SEED_STRIDE * i)
            for i, (network, how) in enumerate(networks)
        ]
        # A penalty that fewer genes already needed is where the next stage starts.
        networks = [(one.network, replace(training, penalty=one.penalty)) for one in fitted]
    best_names, best_scores, among = zip(*reversed(eliminated), strict=True)
    return ranked_path(best_names, best_scores, run.sizes, among=among)


def scored(score: Score, network: Network, problem: Problem) -> Floats:
    """Return a ranker's scores of a network's inputs, shape (genes,)."""
    return score(network, problem).double().cpu().numpy()
