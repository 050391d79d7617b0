"""The paired bootstrap over test cells and seeds, from which every interval is made.

Each draw resamples, within every split, the test cells (whole donors where there are several) and
the seeds, both with replacement, and averages over seeds, then over splits. All selectors of a
split share its resampled cells, and selectors with equally many seeds its resampled seeds, so
differences between selectors are paired. Draw 0 resamples nothing: it is the estimate itself.

Notes
-----
Splits are averaged, not resampled: they share cells. A split with a single donor resamples that
donor's cells: its intervals say nothing about other donors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.cell_scores import measures
from spinn.metrics.registry import DIRECTION
from spinn.records.scores import RunScores
from spinn.statistics.grouping import grouped
from spinn.statistics.resampling import Resampling

Draws = dict[tuple[int, str], dict[str, Floats]]
"""(size, metric) to selector to shape (1 + n_bootstrap,); entry 0 is the estimate."""

_BySplit = dict[int, dict[tuple[int, str, str], list[Floats]]]  # (size, metric, selector) to seeds'


class NullPanels(NamedTuple):
    """Random panels one by one, each a mean over splits."""

    values: Floats  # shape (panels, 1 + n_bootstrap)
    weights: Floats  # shape (1 + n_bootstrap, panels): how much each counts; rows sum to 1


@dataclass(frozen=True)
class TaskDraws:
    """All draws of one dataset and task.

    Parameters
    ----------
    dataset, task
        Names.
    draws
        By size and metric (in the order of `DIRECTION`, sizes ascending), then selector.
    judged
        The (size, metric) whose draws resample test cells; those of the others resample seeds only.
    counts
        Selector to `n_seeds`, `n_splits` and `n_blocks`: the units that are resampled, in the split
        that has fewest.
    null
        The panels of the selector `floor` by size and metric; empty without one.
    """

    dataset: str
    task: str
    draws: Draws
    judged: frozenset[tuple[int, str]]
    counts: Mapping[str, Mapping[str, int]]
    null: Mapping[tuple[int, str], NullPanels]

    @property
    def ceilings(self) -> dict[str, Floats]:
        """The draws of the selector `ceiling`, whose one size is the number of all genes."""
        of_size = self.draws.items()
        return {metric: draws["ceiling"] for (_, metric), draws in of_size if "ceiling" in draws}


def bootstrap(
    runs: Iterable[RunScores], scores: pd.DataFrame | None = None, *, n_bootstrap: int, seed: int
) -> list[TaskDraws]:
    """Return the draws of every dataset and task; selectors keep the order of their first run.

    Parameters
    ----------
    runs
        At least one. Selectors of a split have the same test cells, and runs in every split.
    scores
        Tidy rows (columns dataset, split, task, selector, seed, size, target, metric, value): the
        source of metrics that have no numbers per cell. Their draws resample seeds only.
    n_bootstrap
        Draws, at least 1; 1000 is usual.
    seed
        Of the draws. They depend on it, the dataset, task and split only: adding a selector
        changes no other selector's interval.
    """
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap must be at least 1, got {n_bootstrap}")
    groups = grouped(runs, "dataset", "task")
    if not groups:
        raise ValueError("there must be at least one run to summarise, got none")
    return [
        _of_task(members, scores, Resampling(f"{seed}/{dataset}/{task}", n_bootstrap))
        for (dataset, task), members in groups.items()
    ]


def counts_of(runs: Sequence[RunScores]) -> dict[str, int]:
    """Return n_seeds, n_splits, n_blocks of the runs of one selector, see `TaskDraws`."""
    return {
        "n_seeds": len({run.seed for run in runs}),
        "n_splits": len({run.split for run in runs}),
        "n_blocks": min(len(np.unique(run.cells.block)) for run in runs),
    }


def _of_task(
    runs: Sequence[RunScores], scores: pd.DataFrame | None, random: Resampling
) -> TaskDraws:
    dataset, task = runs[0].dataset, runs[0].task
    by_split = _from_cells(runs, random)
    draws = _averages(by_split, random)
    judged = frozenset(draws)
    if scores is not None:
        rows = scores[(scores["dataset"] == dataset) & (scores["task"] == task)]
        seeds_only = _from_scores(rows, {metric for _, metric in judged}, random.n_bootstrap)
        draws |= _averages(seeds_only, random)
    metrics = list(DIRECTION)
    if unknown := sorted({metric for _, metric in draws}.difference(metrics)):
        raise ValueError(f"metrics must be among {metrics}, got {unknown}")
    order = sorted(draws, key=lambda key: (metrics.index(key[1]), key[0]))
    counts = {name: counts_of(members) for name, members in grouped(runs, "selector").items()}
    null = _null_panels(by_split, random)
    return TaskDraws(dataset, task, {key: draws[key] for key in order}, judged, counts, null)


def _from_cells(runs: Sequence[RunScores], random: Resampling) -> _BySplit:
    """Return the draws of every run from its numbers per cell."""
    order = list(dict.fromkeys(run.selector for run in runs))
    by_split: _BySplit = {}
    for split, members in grouped(runs, "split").items():
        if missing := sorted(set(order) - {run.selector for run in members}):
            raise ValueError(f"every selector must have every split; split {split} lacks {missing}")
        block = members[0].cells.block
        for run in members:
            if not np.array_equal(run.cells.block, block):
                raise ValueError(
                    f"all selectors of a split must be judged on the same test cells in the same "
                    f"order; {run.selector} seed {run.seed} differs from {members[0].selector} in "
                    f"{run.dataset}, split {split}, {run.task}"
                )
        members = sorted(members, key=lambda run: (order.index(run.selector), run.seed))
        n_classes = max(0 if r.cells.classes is None else len(r.cells.classes) for r in members)
        pieces: list[list[dict[str, Floats]]] = [[] for _ in members]
        for weights in random.cells(split, block, max(len(block), n_classes**2)):
            for run, piece in zip(members, pieces, strict=True):
                piece.append(measures(run.cells, weights))
        values = by_split.setdefault(split, {})
        for run, piece in zip(members, pieces, strict=True):
            for metric in piece[0]:
                columns = np.concatenate([part[metric] for part in piece]).T
                for size, column in zip(run.cells.sizes.tolist(), columns, strict=True):
                    values.setdefault((size, metric, run.selector), []).append(column)
    return by_split


def _from_scores(scores: pd.DataFrame, done: set[str], n_bootstrap: int) -> _BySplit:
    """Return the tidy rows, for metrics not in `done`, as draws that do not vary."""
    rows = scores[(scores["target"] == "all") & ~scores["metric"].isin(done)]
    rows = rows.dropna(subset=["value"]).sort_values("seed", kind="stable")
    columns = (rows[name].tolist() for name in ("split", "size", "metric", "selector", "value"))
    by_split: _BySplit = {}
    for split, size, metric, selector, value in zip(*columns, strict=True):
        constant = np.full(1 + n_bootstrap, value, dtype=np.float64)
        by_split.setdefault(split, {}).setdefault((size, metric, selector), []).append(constant)
    return by_split


def _averages(by_split: _BySplit, random: Resampling) -> Draws:
    """Average over resampled seeds, then over splits."""
    total: Draws = {}
    for split, values in by_split.items():
        for (size, metric, selector), columns in values.items():
            weights = random.seeds(split, len(columns))
            mean = np.einsum("ds,sd->d", weights, np.stack(columns)) / len(by_split)
            sums = total.setdefault((size, metric), {})
            sums[selector] = sums.get(selector, 0) + mean
    return total


def _null_panels(by_split: _BySplit, random: Resampling) -> dict[tuple[int, str], NullPanels]:
    """Average each random panel over splits; panels are resampled as in the first split."""
    first = next(iter(by_split))
    return {
        (size, metric): NullPanels(
            np.mean([values[size, metric, "floor"] for values in by_split.values()], axis=0),
            random.seeds(first, len(columns)),
        )
        for (size, metric, selector), columns in by_split[first].items()
        if selector == "floor"
    }
