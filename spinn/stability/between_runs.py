"""How much panels agree between runs: of other seeds, splits of the cells, or selectors."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.panel import PanelPath
from spinn.stability.agreement import jaccard, nogueira, nogueira_correlated
from spinn.statistics.grouping import grouped
from spinn.statistics.tiers import interval

_N_BOOTSTRAP = 1000
_NORMAL_975 = 1.959963984540054
_NUMBERS = ("value", "low", "high", "n_seeds", "n_splits")


class ComparedPanel(NamedTuple):
    """One panel: where it comes from, its genes, and how many genes it was chosen from."""

    dataset: str
    split: int
    task: str
    selector: str
    seed: int
    size: int
    genes: Sequence[str]
    n_genes: int


def panels_to_compare(path: PanelPath) -> list[ComparedPanel]:
    """Return the panels of one run, as `spinn.panel_files.read_panels` reads them."""
    run = {key: path.about[key] for key in ("dataset", "split", "task", "selector", "seed")}
    run["n_genes"] = path.about["data"]["n_genes"]
    return [ComparedPanel(size=panel.size, genes=panel.genes, **run) for panel in path.panels]


def stability(
    panels: Iterable[ComparedPanel],
    groups: Mapping[tuple[str, int], Mapping[str, int]] | None = None,
) -> pd.DataFrame:
    """Return the agreement of every selector's panels at every size, as stability.csv.

    Panels may have any order; rows keep the order in which selectors first occur. ``groups``,
    (dataset, split) to gene to group of interchangeable genes, are for `nogueira_correlated`;
    panels of several splits are compared by the groups of the first.

    Returns
    -------
    rows
        dataset, task, size, selector, measure, value, low, high, n_seeds, n_splits. `measure` is
        `nogueira`, `nogueira_correlated` or `jaccard` (mean over pairs): panels of different seeds
        on the same split, averaged over splits; with several splits also each with the suffix
        `_splits`: panels of the same seed on different splits, averaged over seeds.
        Intervals of 95 %: the asymptotic one of Nogueira's indices, cut at 1; for Jaccard a
        bootstrap over panels, pairs of one panel with itself left out. Two panels are one pair:
        `low`, `high` are NaN. Selectors with one panel only have no row.
    """
    rows = []
    for key, members in grouped(panels, "dataset", "task", "size", "selector").items():
        counts = len(grouped(members, "seed")), len(grouped(members, "split"))
        first = min(panel.split for panel in members)
        for suffix, unit in (("", "split"), ("_splits", "seed")):
            # Within a set of panels what varies is the other of the two.
            sets = [same for same in grouped(members, unit).values() if len(same) > 1]
            if not sets:
                continue
            random = np.random.default_rng(0)
            chosen = [(_genes(same), max(panel.n_genes for panel in same)) for same in sets]
            measures = {
                "nogueira": _normal_interval([nogueira(*each) for each in chosen]),
                "jaccard": _mean_with_interval([_within(genes, random) for genes, _ in chosen]),
            }
            if groups is not None:
                splits = [first if suffix else same[0].split for same in sets]
                indices = [
                    nogueira_correlated(*each, groups[key[0], split])
                    for each, split in zip(chosen, splits, strict=True)
                ]
                measures["nogueira_correlated"] = _normal_interval(indices)
            rows += [(*key, f"{name}{suffix}", *ends, *counts) for name, ends in measures.items()]
    return pd.DataFrame(rows, columns=["dataset", "task", "size", "selector", "measure", *_NUMBERS])


def panel_overlap(panels: Iterable[ComparedPanel]) -> pd.DataFrame:
    """Return how much the panels of two selectors share, for every size.

    dataset, task, size, selector, other, value, low, high, n_seeds, n_splits. `value` is the mean
    Jaccard index over pairs of panels of the same split, averaged over splits; with itself over
    pairs of seeds, NaN if there is one. Both orders are given. `low`, `high` are the 95 % interval
    of a bootstrap over panels; NaN where there is one pair only.
    """
    rows = []
    for key, members in grouped(panels, "dataset", "task", "size").items():
        panels_of = grouped(members, "selector")
        for first, second in itertools.combinations_with_replacement(panels_of, 2):
            one, other = panels_of[first], panels_of[second]
            n_seeds = min(len(grouped(group, "seed")) for group in (one, other))
            numbers = (*_overlap(one, other), n_seeds, len(grouped(one, "split")))
            rows.append((*key, first, second, *numbers))
            if first != second:
                rows.append((*key, second, first, *numbers))
    return pd.DataFrame(rows, columns=["dataset", "task", "size", "selector", "other", *_NUMBERS])


def _overlap(
    first: Sequence[ComparedPanel], second: Sequence[ComparedPanel]
) -> tuple[float, float, float]:
    """Return the mean overlap of two selectors' panels on the same splits, and its interval."""
    of_first, of_second = grouped(first, "split"), grouped(second, "split")
    random, draws = np.random.default_rng(0), []
    for split in sorted(of_first.keys() & of_second.keys()):
        panels, others = _genes(of_first[split]), _genes(of_second[split])
        if first is not second:
            draws.append(_between(panels, others, random))
        elif len(panels) > 1:
            draws.append(_within(panels, random))
    return _mean_with_interval(draws)


def _genes(panels: Sequence[ComparedPanel]) -> list[Sequence[str]]:
    return [panel.genes for panel in panels]


def _normal_interval(indices: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the mean of some indices with its interval from their standard errors."""
    index, error = np.array(indices).T
    value, half = index.mean(), _NORMAL_975 * np.sqrt(np.square(error).sum()) / len(indices)
    return float(value), float(value - half), float(np.minimum(value + half, 1))


def _mean_with_interval(draws: Sequence[Floats]) -> tuple[float, float, float]:
    """Return the mean of some estimates and the interval of the mean of their draws, or NaN."""
    if not draws:
        return float("nan"), float("nan"), float("nan")
    value, resampled = np.mean([each[0] for each in draws]), np.mean(draws, axis=0)[1:]
    return float(value), *interval(np.append(value, resampled))


def _within(panels: Sequence[Collection[str]], random: np.random.Generator) -> Floats:
    """Return the mean Jaccard index over pairs of different panels, then its bootstrap draws."""
    first, second = np.triu_indices(len(panels), k=1)
    values = np.array([jaccard(one, other) for one, other in itertools.combinations(panels, 2)])
    if len(panels) == 2:
        return np.append(values, np.full(_N_BOOTSTRAP, np.nan))
    weights = _weights(len(panels), random)
    pairs = weights[:, first] * weights[:, second]
    total = pairs.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.append(values.mean(), np.where(total > 0, pairs @ values / total, np.nan))


def _between(
    panels: Sequence[Collection[str]],
    others: Sequence[Collection[str]],
    random: np.random.Generator,
) -> Floats:
    """Return the mean Jaccard index over pairs of two sets of panels, then its bootstrap draws."""
    shared = np.array([[jaccard(one, other) for other in others] for one in panels])
    weights = _weights(len(panels), random), _weights(len(others), random)
    resampled = np.einsum("da,ab,db->d", weights[0], shared, weights[1])
    if shared.size == 1:
        resampled = np.full_like(resampled, np.nan)
    return np.append(shared.mean(), resampled)


def _weights(n_panels: int, random: np.random.Generator) -> Floats:
    """Return how much each panel counts in each draw, shape (draws, panels), rows sum to 1."""
    times = random.multinomial(n_panels, np.full(n_panels, 1 / n_panels), size=_N_BOOTSTRAP)
    return times / n_panels
