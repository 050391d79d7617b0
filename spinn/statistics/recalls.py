"""Recall of every cell type with its interval, rare types too."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import counts_of
from spinn.statistics.grouping import grouped
from spinn.statistics.proportions import wilson
from spinn.statistics.resampling import Resampling
from spinn.statistics.summary import COUNTS, tabulate
from spinn.statistics.tiers import interval

_COLUMNS = (
    *("dataset", "task", "size", "selector", "target"),
    *("n_cells", "mean", "low", "high", *COUNTS),
)


def recalls(runs: Iterable[RunScores], *, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Return recall.csv: one row per dataset, task, size, selector and cell type (`target`).

    n_cells, the type's test cells in the split that has fewest; `mean` of the shares of them that
    were recognised, over seeds and splits, with `low`, `high`; n_seeds, n_splits, n_blocks as in
    summary.csv. Types without test cells in some split have no row; no rows without classification.

    Notes
    -----
    The interval is the wider, at either end, of the bootstrap's and of Wilson's for n_cells: when
    all of three cells are recognised, so are all in every draw, but another three may not be.
    """
    classifying = (run for run in runs if run.cells.predicted is not None)
    groups = grouped(classifying, "dataset", "task", "selector")
    rows = (row for members in groups.values() for row in _of_selector(members, n_bootstrap, seed))
    return tabulate(rows, _COLUMNS)


def recall_draws(
    runs: Sequence[RunScores], *, n_bootstrap: int, seed: int
) -> tuple[Floats, Floats]:
    """Return the recall of each type in every draw, of all runs of one selector.

    Shape (1 + n_bootstrap, sizes, classes): the estimate, then draws that are paired between
    selectors of the same cells and as many seeds; and each class's test cells in the split that has
    fewest. NaN without cells of a class.
    """
    random = Resampling(f"{seed}/{runs[0].dataset}/{runs[0].task}", n_bootstrap)
    by_split = grouped(sorted(runs, key=lambda run: run.seed), "split")
    parts = [_of_split(members, random) for members in by_split.values()]
    draws = np.mean([part for part, _ in parts], axis=0)
    return draws, np.min([n_members for _, n_members in parts], axis=0)


def recall_interval(draws: Floats, n_cells: float) -> tuple[float, float]:
    """Return the wider, at either end, of the bootstrap's interval and Wilson's for n_cells."""
    (low, high), ends = interval(draws), wilson(draws[0].clip(0, 1), n_cells)
    return min(low, float(ends[0])), max(high, float(ends[1]))


def _of_selector(
    runs: Sequence[RunScores], n_bootstrap: int, seed: int
) -> Iterator[tuple[Any, ...]]:
    dataset, _, task, selector, _, cells = runs[0]
    draws, n_cells = recall_draws(runs, n_bootstrap=n_bootstrap, seed=seed)
    counts = counts_of(runs).values()
    for at, size in enumerate(cells.sizes.tolist()):
        for kind in np.flatnonzero(n_cells):
            recall = draws[:, at, kind]
            yield (
                *(dataset, task, size, selector, str(np.asarray(cells.classes)[kind])),
                *(int(n_cells[kind]), float(recall[0]), *recall_interval(recall, n_cells[kind])),
                *counts,
            )


def _of_split(runs: Sequence[RunScores], random: Resampling) -> tuple[Floats, Floats]:
    """Return draws of one split, shape (draws, sizes, classes), and cells per class."""
    truth = np.asarray(runs[0].cells.truth)
    member = np.eye(len(np.asarray(runs[0].cells.classes)))[truth]
    block, width = runs[0].cells.block, max(len(truth), member.shape[1] * len(runs))
    pieces = [
        np.stack([_recall(run.cells, member, weights) for run in runs])
        for weights in random.cells(runs[0].split, block, width)
    ]
    seeds = random.seeds(runs[0].split, len(runs))
    draws = np.einsum("ds,sdkc->dkc", seeds, np.concatenate(pieces, axis=1))
    return draws, member.sum(axis=0)


def _recall(cells: CellScores, member: Floats, weights: Floats) -> Floats:
    """Return the recall in weighted cells, shape (draws, sizes, classes); NaN without cells."""
    true = weights @ member
    recognised = [
        weights @ (member * (guess == cells.truth)[:, None])
        for guess in np.asarray(cells.predicted)
    ]
    with np.errstate(invalid="ignore"):
        return np.stack(recognised, axis=1) / true[:, None]
