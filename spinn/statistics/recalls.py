"""Recall of every cell type with its interval, rare types too."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.cell_scores import CellScores
from spinn.statistics.bootstrap import Run, counts_of
from spinn.statistics.proportions import wilson
from spinn.statistics.resampling import Resampling
from spinn.statistics.summary import COUNTS
from spinn.statistics.tiers import interval

_COLUMNS = ("dataset", "task", "size", "selector", "target", "n_cells", "mean", "low", "high")


def recalls(runs: Iterable[Run], *, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Return recall.csv: one row per dataset, task, size, selector and cell type (`target`).

    Returns
    -------
    recalls
        n_cells, the type's test cells in the split that has fewest; `mean` of the shares of them
        that were recognised, over seeds and splits, with `low`, `high`; n_seeds, n_splits,
        n_blocks as in summary.csv. Types without test cells in some split have no row; no rows
        without classification.

    Notes
    -----
    The interval is the wider, at either end, of the bootstrap's and of Wilson's for n_cells: when
    all of three cells are recognised, so are all in every draw, and yet another three may not be.
    """
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        if run.cells.predicted is not None:
            groups.setdefault((run.dataset, run.task, run.selector), []).append(run)
    rows = [row for own in groups.values() for row in _of_selector(own, n_bootstrap, seed)]
    found = pd.DataFrame(rows, columns=[*_COLUMNS, *COUNTS])
    return found.astype(dict.fromkeys(("n_cells", *COUNTS), "Int64"))


def _of_selector(runs: Sequence[Run], n_bootstrap: int, seed: int) -> Iterator[dict[str, Any]]:
    first = runs[0]
    random = Resampling(f"{seed}/{first.dataset}/{first.task}", n_bootstrap)
    by_split: dict[int, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.seed):
        by_split.setdefault(run.split, []).append(run)
    parts = [_of_split(own, random) for own in by_split.values()]
    draws = np.mean([part for part, _ in parts], axis=0)  # (draws, sizes, classes)
    n_cells = np.min([cells for _, cells in parts], axis=0)
    counts = counts_of(runs)
    for at, size in enumerate(first.cells.sizes.tolist()):
        for kind in np.flatnonzero(n_cells):
            own = draws[:, at, kind]
            (low, high), ends = interval(own), wilson(own[0].clip(0, 1), n_cells[kind])
            place = (first.dataset, first.task, size, first.selector)
            name = str(np.asarray(first.cells.classes)[kind])
            numbers = (int(n_cells[kind]), float(own[0]), min(low, float(ends[0])))
            row = (*place, name, *numbers, max(high, float(ends[1])))
            yield {**dict(zip(_COLUMNS, row, strict=True)), **counts}


def _of_split(runs: Sequence[Run], random: Resampling) -> tuple[Floats, Floats]:
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
    found = [
        weights @ (member * (guess == cells.truth)[:, None])
        for guess in np.asarray(cells.predicted)
    ]
    with np.errstate(invalid="ignore"):
        return np.stack(found, axis=1) / true[:, None]
