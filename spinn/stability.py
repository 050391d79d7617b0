"""How much panels agree: between seeds, between splits of the cells, between selectors."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from spinn.metrics import Floats

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


def selected_panels(document: Mapping[str, Any]) -> list[SelectedPanel]:
    """Return the panels of one parsed panels.json."""
    place = {key: document[key] for key in ("dataset", "split", "task", "selector", "seed")}
    place["n_genes"] = document["data"]["n_genes"]
    return [SelectedPanel(size=p["size"], genes=p["genes"], **place) for p in document["panels"]]


def jaccard(first: Collection[str], second: Collection[str]) -> float:
    """Return shared genes over all genes of two panels, in 0..1; 1 for two empty ones."""
    union = set(first) | set(second)
    return len(set(first) & set(second)) / len(union) if union else 1.0


def nogueira(panels: Sequence[Collection[str]], n_genes: int) -> tuple[float, float]:
    """Return the stability index of panels and its standard error.

    Parameters
    ----------
    panels
        At least two panels of distinct genes (else ValueError).
    n_genes
        How many genes they were chosen from; fewer than the panels hold is a ValueError.

    Returns
    -------
    index
        1 for identical panels, 0 on average for random ones, at least -1 / (panels - 1). NaN when
        all panels are empty or all hold every gene: then nothing was chosen.
    error
        Asymptotic standard error. NaN for two panels: two of one size always give 0, which is no
        error bar but a lack of data.

    Notes
    -----
    With M panels, d genes, z_if = 1 when panel i holds gene f, p_f the share of panels that hold
    gene f, k_i the size of panel i and k its mean (Definition 4)::

        index = 1 - mean_f [M / (M - 1) p_f (1 - p_f)] / [k/d (1 - k/d)]

    The squared error (Theorem 7) is 4 / M^2 sum_i (g_i - mean g)^2 with::

        g_i = [mean_f z_if p_f - k_i k / d^2
               + index / 2 (2 k_i k / d^2 - k_i / d - k / d + 1)] / [k/d (1 - k/d)]

    References
    ----------
    Nogueira, Sechidis and Brown, On the stability of feature selection algorithms, JMLR 18(174),
    2018.
    """
    if len(panels) < 2:
        raise ValueError(f"the index needs at least two panels, came {len(panels)}")
    names = sorted(set().union(*panels))
    if len(names) > n_genes:
        raise ValueError(f"n_genes must be at least the {len(names)} genes chosen, came {n_genes}")
    # Genes in no panel add zeros to every sum: they enter by n_genes alone.
    chosen = np.array([[name in panel for name in names] for panel in map(set, panels)], float)
    n_panels, share = len(panels), chosen.mean(axis=0)
    size = chosen.sum(axis=1) / n_genes
    mean = size.mean()
    chance = mean * (1 - mean)
    if chance == 0:
        return float("nan"), float("nan")
    spread = n_panels / (n_panels - 1) * (share * (1 - share)).sum() / n_genes
    index = 1 - spread / chance
    each = chosen @ share / n_genes - size * mean
    each += index / 2 * (2 * size * mean - size - mean + 1)
    error = 2 / n_panels * np.sqrt(np.square((each - each.mean()) / chance).sum())
    return float(index), float(error) if n_panels > 2 else float("nan")


def stability(panels: Iterable[SelectedPanel], *, seed: int = 0) -> pd.DataFrame:
    """Return the agreement of every selector's panels at every size, as stability.csv.

    Parameters
    ----------
    panels
        Any order; rows keep the order in which selectors first come.
    seed
        Of the bootstrap of the Jaccard index.

    Returns
    -------
    rows
        `measure` is `nogueira` or `jaccard` (mean over pairs): panels of different seeds on the
        same split, averaged over splits; with several splits also `nogueira_splits` and
        `jaccard_splits`: panels of the same seed on different splits, averaged over seeds.
        Intervals of 95 %: Nogueira's asymptotic one, cut at 1; for Jaccard a bootstrap over panels,
        pairs of one panel with itself left out. Two panels are one pair: `low`, `high` are NaN.
        Selectors with one panel only have no row.
    """
    groups: dict[tuple[str, str, int, str], list[SelectedPanel]] = {}
    for panel in panels:
        key = (panel.dataset, panel.task, panel.size, panel.selector)
        groups.setdefault(key, []).append(panel)
    rows = []
    for key, members in groups.items():
        for suffix, unit in (("", "split"), ("_splits", "seed")):
            # Within a group what varies is the other of the two.
            if sets := [group for group in _group(members, unit) if len(group) > 1]:
                rows.append((*key, f"nogueira{suffix}", *_nogueira_interval(sets)))
                rows.append((*key, f"jaccard{suffix}", *_jaccard_interval(sets, seed)))
    place = ["dataset", "task", "size", "selector"]
    return pd.DataFrame(rows, columns=[*place, "measure", "value", "low", "high"])


def panel_overlap(panels: Iterable[SelectedPanel]) -> pd.DataFrame:
    """Return how much the panels of two selectors share, for every size.

    Returns
    -------
    rows
        dataset, task, size, selector, other, value: the mean Jaccard index over pairs of panels of
        the same split; with itself over pairs of seeds, NaN if there is one. Both orders are given.
    """
    groups: dict[tuple[str, str, int], list[SelectedPanel]] = {}
    for panel in panels:
        groups.setdefault((panel.dataset, panel.task, panel.size), []).append(panel)
    rows = []
    for key, members in groups.items():
        pairs: dict[tuple[str, str], list[float]] = {}
        for first, second in itertools.product(members, members):
            values = pairs.setdefault((first.selector, second.selector), [])
            if first is not second and first.split == second.split:
                values.append(jaccard(first.genes, second.genes))
        rows += [
            (*key, *pair, float(np.mean(values)) if values else float("nan"))
            for pair, values in pairs.items()
        ]
    return pd.DataFrame(rows, columns=["dataset", "task", "size", "selector", "other", "value"])


def _group(panels: Sequence[SelectedPanel], unit: str) -> list[list[SelectedPanel]]:
    groups: dict[int, list[SelectedPanel]] = {}
    for panel in panels:
        groups.setdefault(getattr(panel, unit), []).append(panel)
    return list(groups.values())


def _nogueira_interval(groups: Sequence[Sequence[SelectedPanel]]) -> tuple[float, float, float]:
    found = [nogueira([p.genes for p in group], max(p.n_genes for p in group)) for group in groups]
    index, error = np.array(found).T
    value, half = index.mean(), _NORMAL_975 * np.sqrt(np.square(error).sum()) / len(groups)
    return float(value), float(value - half), float(np.minimum(value + half, 1))


def _jaccard_interval(
    groups: Sequence[Sequence[SelectedPanel]], seed: int
) -> tuple[float, float, float]:
    random = np.random.default_rng(seed)
    found = [_jaccard_draws([set(panel.genes) for panel in group], random) for group in groups]
    value = float(np.mean([estimate for estimate, _ in found]))
    draws = np.mean([drawn for _, drawn in found], axis=0)
    if np.isnan(draws).all():
        return value, float("nan"), float("nan")
    low, high = np.nanpercentile(draws, [2.5, 97.5])
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
    weights = random.multinomial(n_panels, np.full(n_panels, 1 / n_panels), size=_N_BOOTSTRAP)
    pairs = weights[:, first] * weights[:, second]
    total = pairs.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return float(values.mean()), np.where(total > 0, pairs @ values / total, np.nan)
