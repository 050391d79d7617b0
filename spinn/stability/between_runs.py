"""How much panels agree between runs: of other seeds, splits of the cells, or selectors."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.panel import PanelPath
from spinn.stability.agreement import jaccard, nogueira, nogueira_correlated

_N_BOOTSTRAP = 1000
_NORMAL_975 = 1.959963984540054


class SelectedPanel(NamedTuple):
    """One panel: where it comes from, its genes, and how many genes it was chosen from."""

    dataset: str
    split: int
    task: str
    selector: str
    seed: int
    size: int
    genes: Sequence[str]
    n_genes: int


def selected_panels(path: PanelPath) -> list[SelectedPanel]:
    """Return the panels of one run, as `spinn.panel_files.read_panels` reads them."""
    run = {key: path.about[key] for key in ("dataset", "split", "task", "selector", "seed")}
    run["n_genes"] = path.about["data"]["n_genes"]
    return [SelectedPanel(size=panel.size, genes=panel.genes, **run) for panel in path.panels]


def stability(
    panels: Iterable[SelectedPanel],
    groups: Mapping[tuple[str, int], Mapping[str, int]] | None = None,
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the agreement of every selector's panels at every size, as stability.csv.

    Parameters
    ----------
    panels
        Any order; rows keep the order in which selectors first occur.
    groups
        (dataset, split) to gene to group of interchangeable genes, for `nogueira_correlated`.
        Panels of several splits are compared by the groups of the first.
    seed
        Of the bootstrap of the Jaccard index.

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
    for key, members in _grouped(panels, "dataset", "task", "size", "selector").items():
        counts = (len({panel.seed for panel in members}), len({panel.split for panel in members}))
        first = min(panel.split for panel in members)
        for suffix, unit in (("", "split"), ("_splits", "seed")):
            # Within a set of panels what varies is the other of the two.
            sets = [same for same in _grouped(members, unit).values() if len(same) > 1]
            if not sets:
                continue
            measures = {
                "nogueira": _normal_interval([nogueira(*_genes(same)) for same in sets]),
                "jaccard": _jaccard_interval(sets, seed),
            }
            if groups is not None:
                splits = [first if suffix else same[0].split for same in sets]
                measures["nogueira_correlated"] = _normal_interval(
                    [
                        nogueira_correlated(*_genes(same), groups[key[0], split])
                        for same, split in zip(sets, splits, strict=True)
                    ]
                )
            rows += [(*key, f"{name}{suffix}", *ends, *counts) for name, ends in measures.items()]
    columns = ["dataset", "task", "size", "selector", "measure", "value", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "n_seeds", "n_splits"])


def panel_overlap(panels: Iterable[SelectedPanel], *, seed: int = 0) -> pd.DataFrame:
    """Return how much the panels of two selectors share, for every size.

    Parameters
    ----------
    panels
        Any order.
    seed
        Of the bootstrap.

    Returns
    -------
    rows
        dataset, task, size, selector, other, value, low, high, n_seeds, n_splits. `value` is the
        mean Jaccard index over pairs of panels of the same split, averaged over splits; with itself
        over pairs of seeds, NaN if there is one. Both orders are given. `low`, `high` are the 95 %
        interval of a bootstrap over panels; NaN where there is one pair only.
    """
    rows = []
    for key, members in _grouped(panels, "dataset", "task", "size").items():
        panels_of = _grouped(members, "selector")
        for first, second in itertools.combinations_with_replacement(panels_of, 2):
            pair = panels_of[first], panels_of[second]
            ends = _overlap(*pair, np.random.default_rng(seed))
            n_seeds = min(len({panel.seed for panel in group}) for group in pair)
            n_splits = len({panel.split for panel in pair[0]})
            rows.append((*key, first, second, *ends, n_seeds, n_splits))
            if first != second:
                rows.append((*key, second, first, *ends, n_seeds, n_splits))
    columns = ["dataset", "task", "size", "selector", "other", "value", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "n_seeds", "n_splits"])


def _overlap(
    first: Sequence[SelectedPanel], second: Sequence[SelectedPanel], random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the mean overlap of two selectors' panels on the same splits, and its interval."""
    values, draws = [], []
    for split in sorted({panel.split for panel in first} & {panel.split for panel in second}):
        rows, columns = (
            [set(panel.genes) for panel in group if panel.split == split]
            for group in (first, second)
        )
        if first is second:
            if len(rows) < 2:
                continue
            mean, resampled = _jaccard_draws(rows, random)
        else:
            shared = np.array([[jaccard(a, b) for b in columns] for a in rows])
            weights = [_weights(len(group), random) for group in (rows, columns)]
            mean = float(shared.mean())
            resampled = np.einsum("da,ab,db->d", weights[0], shared, weights[1])
            if shared.size == 1:
                resampled = np.full_like(resampled, np.nan)
        values.append(mean)
        draws.append(resampled)
    return _with_interval(values, draws)


def _grouped(panels: Iterable[SelectedPanel], *names: str) -> dict[Any, list[SelectedPanel]]:
    """Return panels by some of their fields, in the order in which these first occur."""
    groups: dict[Any, list[SelectedPanel]] = {}
    for panel in panels:
        groups.setdefault(attrgetter(*names)(panel), []).append(panel)
    return groups


def _genes(group: Sequence[SelectedPanel]) -> tuple[list[Sequence[str]], int]:
    return [panel.genes for panel in group], max(panel.n_genes for panel in group)


def _normal_interval(indices: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the mean of some indices with its interval from their standard errors."""
    index, error = np.array(indices).T
    value, half = index.mean(), _NORMAL_975 * np.sqrt(np.square(error).sum()) / len(indices)
    return float(value), float(value - half), float(np.minimum(value + half, 1))


def _jaccard_interval(
    groups: Sequence[Sequence[SelectedPanel]], seed: int
) -> tuple[float, float, float]:
    random = np.random.default_rng(seed)
    sets = [[set(panel.genes) for panel in group] for group in groups]
    values, draws = zip(*(_jaccard_draws(panels, random) for panels in sets), strict=True)
    return _with_interval(values, draws)


def _with_interval(values: Sequence[float], draws: Sequence[Floats]) -> tuple[float, float, float]:
    """Return the mean of some values and the interval of the mean of their draws, or NaN."""
    nothing = float("nan")
    if not values:
        return nothing, nothing, nothing
    value, mean_draws = float(np.mean(values)), np.mean(draws, axis=0)
    if np.isnan(mean_draws).all():
        return value, nothing, nothing
    low, high = np.nanpercentile(mean_draws, [2.5, 97.5])
    return value, min(float(low), value), max(float(high), value)


def _jaccard_draws(
    panels: Sequence[Collection[str]], random: np.random.Generator
) -> tuple[float, Floats]:
    """Return the mean over pairs, and bootstrap means over pairs of different panels."""
    n_panels = len(panels)
    first, second = np.triu_indices(n_panels, k=1)
    values = np.array([jaccard(one, other) for one, other in itertools.combinations(panels, 2)])
    if n_panels == 2:
        return float(values.mean()), np.full(_N_BOOTSTRAP, np.nan)
    weights = _weights(n_panels, random)
    pairs = weights[:, first] * weights[:, second]
    total = pairs.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return float(values.mean()), np.where(total > 0, pairs @ values / total, np.nan)


def _weights(n_panels: int, random: np.random.Generator) -> Floats:
    """Return how much each panel counts in each draw, shape (draws, panels), rows sum to 1."""
    times = random.multinomial(n_panels, np.full(n_panels, 1 / n_panels), size=_N_BOOTSTRAP)
    return times / n_panels
