"""Tables with intervals from the bootstrap's draws: the summary of a run."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.tiers import compare

COUNTS = ("n_seeds", "n_splits", "n_blocks")
"""Columns of every table of intervals: how many units a number rests on."""

_NO_INTERVAL = dict.fromkeys(("low", "high", "diff_low", "diff_high"), float("nan"))


def summarize(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return summary.csv: one row per dataset, task, size, metric and selector.

    `mean` with `low` and `high`; `diff_to_best` (selector minus best) with `diff_low` and
    `diff_high`; `tier` (see `spinn.statistics.tiers`); n_seeds, n_splits, n_blocks (see
    `TaskDraws`).

    Notes
    -----
    Intervals are percentiles (2.5 and 97.5) of the draws, stretched to hold the estimate; NaN where
    only seeds are resampled and there is one. Each stands for itself; tiers are judged for all
    selectors at once (`spinn.statistics.simultaneous`).
    """
    rows: list[dict[str, Any]] = []
    for task in tasks:
        for (size, metric), draws in task.draws.items():
            key = {"dataset": task.dataset, "task": task.task, "size": size, "metric": metric}
            judged = (size, metric) in task.judged
            for row in compare(draws, DIRECTION[metric], tiers=judged):
                counts = task.counts[row["selector"]]
                alone = not judged and counts["n_seeds"] == 1
                rows.append({**key, **row, **(_NO_INTERVAL if alone else {}), **counts})
    return tabulate(rows, [*rows[0]]).astype({"tier": "Int64"})


def tabulate(rows: Iterable[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table; its columns `n_...` hold whole numbers or nothing."""
    numbers = [name for name in columns if name.startswith("n_")]
    return pd.DataFrame(list(rows), columns=list(columns)).astype(dict.fromkeys(numbers, "Int64"))
