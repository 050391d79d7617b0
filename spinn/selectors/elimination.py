"""Choose panels with a network: by recursive feature elimination, or by one ranking."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.constraints.constraints import Constraints
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import fit
from spinn.panel import PanelPath, ranked_path
from spinn.selectors.constrained import constrained
from spinn.selectors.exchange import exchanged
from spinn.selectors.registry import EXCHANGE, STRATEGIES
from spinn.selectors.scores import RANKERS
from spinn.settings import Settings

log = logging.getLogger(__name__)
SEED_STRIDE = 1009  # between the seeds of networks that vote


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
    if strategy == "ranking":
        constraints.check_sizes(sizes, problem.genes)
        return _ranking(problem, base, ranker, sizes, constraints)
    return eliminate(
        problem, [base], ranker, settings, sizes=sizes, seed=seed, constraints=constraints
    )


def choose_with_network(
    problem: Problem,
    base: Network,
    selector: str,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return the panels of `select`, made to meet the constraints; `+exchange` may follow."""
    plain = selector.removesuffix(EXCHANGE)
    choose = partial(select, problem, base, plain, settings, seed=seed)
    path = constrained(choose, problem.genes, sizes=sizes, constraints=constraints)
    if plain == selector:
        return path
    return exchanged(path, problem, settings, seed=seed, constraints=constraints)


def _ranking(
    problem: Problem, base: Network, ranker: str, sizes: Sequence[int], constraints: Constraints
) -> PanelPath:
    candidates = constraints.candidate_positions(problem.genes)
    scores = _scores(problem, base, ranker)[candidates]
    names = np.array(problem.genes)[candidates]
    order = _best_first(scores, names, constraints)
    return ranked_path(names[order].tolist(), scores[order].tolist(), sizes)


def eliminate(
    problem: Problem,
    bases: Sequence[Network],
    ranker: str,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return the panels of a recursive elimination by one network, or by several that vote.

    Several networks train side by side on the same genes; a gene's score is the mean of theirs.

    Parameters
    ----------
    problem
        All genes as inputs; training and validation cells.
    bases
        At least one network with the ranker's gate, trained on all of the problem's genes.
    ranker, settings, sizes, seed, constraints
        As in `select`.

    Raises
    ------
    ValueError
        If a size cannot be met.
    """
    constraints.check_sizes(sizes, problem.genes)
    stage_settings = replace(settings.training, max_steps=settings.elimination.max_steps)
    networks, current = [(base, stage_settings) for base in bases], problem
    gone: list[tuple[str, float, int]] = []  # worst first
    n_candidates = len(constraints.candidate_positions(current.genes))
    counts = schedule(n_candidates, sizes, settings.elimination.ratio)
    counts.append(0)  # a last scoring orders the smallest panel
    for stage, count in enumerate(counts):
        scores = np.mean([_scores(current, network, ranker) for network, _ in networks], axis=0)
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
        fitted = [
            fit(network.keep(index), current, own, seed=seed + stage + 1 + SEED_STRIDE * place)
            for place, (network, own) in enumerate(networks)
        ]
        # A penalty that fewer genes already needed is where the next stage starts.
        networks = [(one.network, replace(stage_settings, penalty=one.penalty)) for one in fitted]
    names_best, scores_best, among = zip(*reversed(gone), strict=True)
    return ranked_path(names_best, scores_best, sizes, among=among)


def _scores(problem: Problem, network: Network, ranker: str) -> NDArray[np.float64]:
    scores: Tensor = RANKERS[ranker].score(network, problem)
    return scores.double().cpu().numpy()


def _best_first(
    scores: NDArray[np.float64], names: NDArray[np.str_], constraints: Constraints
) -> NDArray[np.int64]:
    """Order by required first, then falling score, ties by name."""
    optional = ~np.isin(names, constraints.required)
    return np.lexsort((names, -scores, optional))
