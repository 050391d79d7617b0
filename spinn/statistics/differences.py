"""Paired differences of every selector to the best, to the greedy baselines and to the floor."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.simultaneous import critical_value, standard_error
from spinn.statistics.summary import COUNTS, tabulate
from spinn.statistics.tiers import best_of, candidates, with_interval

COMPARED_TO = ("best", "greedy", "greedy_split", "floor")
"""What selectors are compared to: the best of their size, two baselines, random panels."""

_COLUMNS = (
    *("dataset", "task", "size", "metric", "selector", "reference"),
    *("diff", "low", "high", "low_all", "high_all", *COUNTS),
)


def differences(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return differences.csv: one row per dataset, task, size, metric, selector and reference.

    `diff` is the selector minus the reference; `low`, `high` its own 95 % interval. `low_all`,
    `high_all` hold together for all selectors and sizes of a dataset, task, metric and reference;
    NaN where only seeds were resampled. No selector is compared to itself. n_seeds, n_splits and
    n_blocks are the selector's.

    Notes
    -----
    The best is identified in the same cells. So the family of the reference `best` is all pairs of
    selectors of every size, which holds whichever is best.
    """
    return tabulate((row for task in tasks for row in _of_task(task)), _COLUMNS)


def better_than(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return the rows of differences.csv in which a selector is better than a reference.

    Its interval, with those of all selectors and sizes at once, leaves out zero on the better side.
    """
    rows = rows[rows["reference"] == reference]
    lower = rows["metric"].map(DIRECTION) == "lower"
    return rows[(lower & (rows["high_all"] < 0)) | (~lower & (rows["low_all"] > 0))]


def _of_task(task: TaskDraws) -> Iterator[tuple[Any, ...]]:
    for metric in dict.fromkeys(metric for _, metric in task.draws):
        sizes = {size: draws for (size, name), draws in task.draws.items() if name == metric}
        for reference in COMPARED_TO:
            differences_of = {
                (size, selector): difference
                for size, draws in sizes.items()
                for selector, difference in _against(reference, draws, metric).items()
            }
            family = list(differences_of.values())
            if reference == "best":
                groups = [candidates(draws).values() for draws in sizes.values()]
                pairs = (pair for group in groups for pair in itertools.combinations(group, 2))
                family = [one - other for one, other in pairs]
            reach = critical_value(np.stack(family)) if family else float("nan")
            for (size, selector), difference in differences_of.items():
                judged = (size, metric) in task.judged
                estimate, low, high = with_interval(difference)
                half = reach * float(standard_error(difference)) if judged else float("nan")
                yield (
                    *(task.dataset, task.task, size, metric, selector, reference),
                    *(estimate, low, high, estimate - half, estimate + half),
                    *task.counts[selector].values(),
                )


def _against(reference: str, draws: Mapping[str, Floats], metric: str) -> dict[str, Floats]:
    """Return the differences of all selectors of a size to a reference; none without it."""
    to = best_of(draws, DIRECTION[metric]) if reference == "best" else reference
    if to is None or to not in draws:
        return {}
    rivals = candidates(draws).items()
    return {name: values - draws[to] for name, values in rivals if name != to}
