"""Choose panels with a network: by recursive feature elimination, or by one ranking."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.catalogue import STRATEGIES
from spinn.constraints import Constraints
from spinn.network import Network
from spinn.panel import PanelPath, ranked_path
from spinn.problem import Problem
from spinn.scores import RANKERS
from spinn.settings import Settings
from spinn.training import fit

log = logging.getLogger(__name__)


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
        raise ValueError(f"ratio must lie in (0, 1), came {ratio}")
    wrong = [size for size in sizes if not 1 <= size <= n_genes]
    if wrong or not sizes:
        raise ValueError(f"sizes must lie in 1..{n_genes}, came {wrong[:5]}")
    counts, current = [], n_genes
    for target in sorted({int(size) for size in sizes}, reverse=True):
        while current > target:
            current = max(target, min(current - 1, int(current * ratio)))
            counts.append(current)
    return counts


def select(
    problem: Problem,
    base: Network,
    selector: str,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints | None = None,
) -> PanelPath:
    """Return the panels of a neural selector such as `bernoulli-rfe`.

    Parameters
    ----------
    problem
        All genes as inputs; training and validation cells.
    base
        The base model with the ranker's gate, trained on all genes.
    selector
        A ranker and a strategy, joined by a hyphen.
    settings
        Its training and elimination sections are used, by `rfe` only.
    sizes
        Panel sizes, each at most the number of genes that may be chosen.
    seed
        Of training.
    constraints
        Required genes rank first and are never eliminated; excluded ones go before any other.

    Raises
    ------
    KeyError
        If the selector is unknown.
    """
    ranker, _, strategy = selector.rpartition("-")
    if ranker not in RANKERS or strategy not in STRATEGIES:
        raise KeyError(f"{selector!r} is not a neural selector: RANKER-rfe or RANKER-ranking")
    constraints = constraints or Constraints()
    constraints.check_sizes(sizes, problem.genes)
    run = _Run(problem, base, ranker, sizes, constraints)
    return _ranking(run) if strategy == "ranking" else _rfe(run, settings, seed)


class _Run(NamedTuple):
    problem: Problem
    base: Network
    ranker: str
    sizes: Sequence[int]
    constraints: Constraints


def _ranking(run: _Run) -> PanelPath:
    candidates = run.constraints.candidate_positions(run.problem.genes)
    scores = _scores(run.problem, run.base, run.ranker)[candidates]
    names = np.array(run.problem.genes)[candidates]
    order = _best_first(scores, names, run.constraints)
    return ranked_path(names[order].tolist(), scores[order].tolist(), run.sizes)


def _rfe(run: _Run, settings: Settings, seed: int) -> PanelPath:
    stage_settings = replace(settings.training, max_steps=settings.elimination.max_steps)
    network, current, constraints = run.base, run.problem, run.constraints
    gone: list[tuple[str, float, int]] = []  # worst first
    n_candidates = len(constraints.candidate_positions(current.genes))
    counts = schedule(n_candidates, run.sizes, settings.elimination.ratio)
    counts.append(0)  # a last scoring orders the smallest panel
    for stage, count in enumerate(counts):
        scores = _scores(current, network, run.ranker)
        names = np.array(current.genes)
        if stage == 0:
            candidates = constraints.candidate_positions(current.genes)
        else:
            candidates = np.arange(len(names))
        order = candidates[_best_first(scores[candidates], names[candidates], constraints)]
        gone += [(str(names[i]), float(scores[i]), len(names)) for i in order[count:][::-1]]
        if count == 0:
            break
        index = torch.as_tensor(np.sort(order[:count]), device=current.positions.device)
        current = current.keep(index)
        log.info("stage %d of %d: %d genes", stage + 1, len(counts) - 1, count)
        fitted = fit(network.keep(index), current, stage_settings, seed=seed + stage + 1)
        # A penalty that fewer genes already needed is where the next stage starts.
        network, stage_settings = fitted.network, replace(stage_settings, penalty=fitted.penalty)
    names_best, scores_best, among = zip(*reversed(gone), strict=True)
    return ranked_path(names_best, scores_best, run.sizes, among=among)


def _scores(problem: Problem, network: Network, ranker: str) -> NDArray[np.float64]:
    scores: Tensor = RANKERS[ranker].score(network, problem)
    return scores.double().cpu().numpy()


def _best_first(
    scores: NDArray[np.float64], names: NDArray[np.str_], constraints: Constraints
) -> NDArray[np.int64]:
    """Order by required first, then falling score, ties by name."""
    optional = ~np.isin(names, constraints.required)
    return np.lexsort((names, -scores, optional))
