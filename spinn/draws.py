"""The paired bootstrap over test cells and seeds, from which every interval is made.

One draw resamples, within every split, the test cells (whole donors where there are several) and
the seeds, both with replacement, and averages over seeds, then over splits. All selectors of a
split see the same draw of cells, and selectors with equally many seeds the same draw of seeds, so
differences between selectors are paired. Draw 0 resamples nothing: it is the estimate itself.

Notes
-----
Splits are averaged, not resampled: they share cells. A split with a single donor resamples that
donor's cells: its intervals say nothing about other donors.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from spinn.cells import CellScores, measures
from spinn.cells import read_cells as read_cells
from spinn.metrics import DIRECTION, Floats
from spinn.resampling import Resampling

Draws = dict[tuple[int, str], dict[str, Floats]]
"""(size, metric) to selector to shape (1 + n_bootstrap,); entry 0 is the estimate."""


class Run(NamedTuple):
    """One selector with one seed on one split, and its numbers per test cell."""

    dataset: str
    split: int
    task: str
    selector: str
    seed: int
    cells: CellScores


@dataclass(frozen=True)
class TaskDraws:
    """All draws of one dataset and task.

    Parameters
    ----------
    dataset, task
        Where they come from.
    draws
        By size and metric (in the order of `DIRECTION`, sizes ascending), then selector.
    judged
        The (size, metric) whose draws resample test cells; those of the others resample seeds only.
    counts
        Selector to `n_seeds`, `n_splits` and `n_blocks`: the units that are resampled, in the split
        that has fewest.
    """

    dataset: str
    task: str
    draws: Draws
    judged: frozenset[tuple[int, str]]
    counts: Mapping[str, Mapping[str, int]]


def bootstrap(
    runs: Iterable[Run], scores: pd.DataFrame | None = None, *, n_bootstrap: int, seed: int
) -> list[TaskDraws]:
    """Return the draws of every dataset and task.

    Parameters
    ----------
    runs
        `Run`, or tuples in its order; selectors keep the order in which they first come.
    scores
        Tidy rows (columns dataset, split, task, selector, seed, size, target, metric, value): the
        source of metrics that have no numbers per cell. Their draws resample seeds only.
    n_bootstrap
        Draws, at least 1; 1000 is usual.
    seed
        Of the draws. They depend on it, the dataset, task and split only: adding a selector
        changes nobody's interval.

    Raises
    ------
    ValueError
        When selectors of a split have different test cells, or lack a split, or `n_bootstrap` < 1.
    """
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap must be at least 1, came {n_bootstrap}")
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in (Run(*run) for run in runs):
        groups.setdefault((run.dataset, run.task), []).append(run)
    if not groups:
        raise ValueError("there must be at least one run to summarise, came none")
    found = []
    metrics = list(DIRECTION)
    for (dataset, task), members in groups.items():
        random = Resampling(f"{seed}/{dataset}/{task}", n_bootstrap)
        draws = _from_cells(members, random)
        judged = frozenset(draws)
        if scores is not None:
            own = scores[(scores["dataset"] == dataset) & (scores["task"] == task)]
            draws |= _from_scores(own, {metric for _, metric in judged}, random)
        if unknown := sorted({metric for _, metric in draws} - DIRECTION.keys()):
            raise ValueError(f"metrics must be among {list(DIRECTION)}, came {unknown}")
        order = sorted(draws, key=lambda place: (metrics.index(place[1]), place[0]))
        ordered = {place: draws[place] for place in order}
        found.append(TaskDraws(dataset, task, ordered, judged, dict(_counts(members))))
    return found


def _from_cells(runs: Sequence[Run], random: Resampling) -> Draws:
    """Draw from the numbers per cell."""
    by_split: dict[int, list[Run]] = {}
    for run in runs:
        by_split.setdefault(run.split, []).append(run)
    selectors = {run.selector for run in runs}
    total: Draws = {}
    for split, members in by_split.items():
        if lacking := sorted(selectors - {run.selector for run in members}):
            raise ValueError(f"every selector must have every split; split {split} lacks {lacking}")
        block = members[0].cells.block
        for run in members:
            if not np.array_equal(run.cells.block, block):
                raise ValueError(
                    f"all selectors of a split must be judged on the same test cells in the same "
                    f"order; {run.selector} seed {run.seed} differs from {members[0].selector} in "
                    f"{run.dataset}, split {split}, {run.task}"
                )
        n_classes = max(0 if r.cells.classes is None else len(r.cells.classes) for r in members)
        pieces: list[list[dict[str, Floats]]] = [[] for _ in members]
        for weights in random.cells(split, block, max(len(block), n_classes**2)):
            for run, piece in zip(members, pieces, strict=True):
                piece.append(measures(run.cells, weights))
        values: dict[tuple[int, str, str], list[Floats]] = {}
        for run, piece in sorted(zip(members, pieces, strict=True), key=lambda pair: pair[0].seed):
            for metric in piece[0]:
                columns = np.concatenate([part[metric] for part in piece]).T
                for size, column in zip(run.cells.sizes.tolist(), columns, strict=True):
                    values.setdefault((size, metric, run.selector), []).append(column)
        _add(total, values, random, split, len(by_split))
    order = list(dict.fromkeys(run.selector for run in runs))
    return {key: {name: total[key][name] for name in order if name in total[key]} for key in total}


def _from_scores(scores: pd.DataFrame, done: set[str], random: Resampling) -> Draws:
    """Draw from the tidy rows, for metrics not in `done`: seeds alone are resampled."""
    total: Draws = {}
    rows = scores[(scores["target"] == "all") & ~scores["metric"].isin(done)]
    rows = rows.dropna(subset=["value"]).sort_values("seed", kind="stable")
    columns = (rows[name].tolist() for name in ("split", "size", "metric", "selector", "value"))
    by_split: dict[int, dict[tuple[int, str, str], list[Floats]]] = {}
    for split, size, metric, selector, value in zip(*columns, strict=True):
        constant = np.full(1 + random.n_bootstrap, value, dtype=np.float64)
        by_split.setdefault(split, {}).setdefault((size, metric, selector), []).append(constant)
    for split, values in by_split.items():
        _add(total, values, random, split, len(by_split))
    return total


def _add(
    total: Draws,
    values: Mapping[tuple[int, str, str], Sequence[Floats]],
    random: Resampling,
    split: int,
    n_splits: int,
) -> None:
    """Average over resampled seeds and add a split's share to `total`."""
    for (size, metric, selector), columns in values.items():
        weights = random.seeds(split, len(columns))
        mean = np.einsum("ds,sd->d", weights, np.stack(columns)) / n_splits
        place = total.setdefault((size, metric), {})
        place[selector] = place.get(selector, 0) + mean


def _counts(runs: Sequence[Run]) -> Iterator[tuple[str, dict[str, int]]]:
    """Count seeds, splits and resampled units of each selector."""
    for selector in dict.fromkeys(run.selector for run in runs):
        own = [run for run in runs if run.selector == selector]
        yield (
            selector,
            {
                "n_seeds": len({run.seed for run in own}),
                "n_splits": len({run.split for run in own}),
                "n_blocks": min(len(np.unique(run.cells.block)) for run in own),
            },
        )
