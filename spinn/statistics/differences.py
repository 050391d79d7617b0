"""Paired differences of every selector to the best, to the greedy baselines and to the floor."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.simultaneous import critical_value, standard_error
from spinn.statistics.summary import COUNTS, tabulate
from spinn.statistics.tiers import best_of, interval, is_candidate

COMPARED_TO = ("best", "greedy", "greedy_split", "floor")
"""What selectors are compared to: the best of their size, two baselines, random panels."""

_COLUMNS = (
    *("dataset", "task", "size", "metric", "selector", "reference"),
    *("diff", "low", "high", "low_all", "high_all"),
)


def differences(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return differences.csv: one row per dataset, task, size, metric, selector and reference.

    Returns
    -------
    differences
        `diff` is the selector minus the reference; `low`, `high` its own 95 % interval. `low_all`,
        `high_all` hold together for all selectors and sizes of a dataset, task, metric and
        reference; NaN where only seeds were resampled. No selector is compared to itself. n_seeds,
        n_splits and n_blocks are the selector's.

    Notes
    -----
    The best is identified in the same cells. So the family of the reference `best` is all pairs of
    selectors of every size, which holds whichever is best.
    """
    return tabulate((row for task in tasks for row in _of_task(task)), [*_COLUMNS, *COUNTS])


def better_than(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return the rows of differences.csv in which a selector is better than a reference.

    Its interval, with those of all selectors and sizes at once, leaves out zero on the better side.
    """
    rows = rows[rows["reference"] == reference]
    lower = rows["metric"].map(DIRECTION) == "lower"
    return rows[(lower & (rows["high_all"] < 0)) | (~lower & (rows["low_all"] > 0))]


def _of_task(task: TaskDraws) -> Iterator[dict[str, Any]]:
    for metric in dict.fromkeys(metric for _, metric in task.draws):
        sizes = {size: draws for (size, name), draws in task.draws.items() if name == metric}
        for reference in COMPARED_TO:
            differences_of = {
                (size, selector): difference
                for size, draws in sizes.items()
                for selector, difference in _against(reference, draws, metric).items()
            }
            reach = _critical(differences_of, reference, sizes)
            for (size, selector), difference in differences_of.items():
                judged = (size, metric) in task.judged
                estimate = float(difference[0])
                half = reach * float(standard_error(difference)) if judged else float("nan")
                key = (task.dataset, task.task, size, metric, selector, reference)
                ends = (*interval(difference), estimate - half, estimate + half)
                yield {
                    **dict(zip(_COLUMNS, (*key, estimate, *ends), strict=True)),
                    **task.counts.get(selector, {}),
                }


def _against(reference: str, draws: Mapping[str, Floats], metric: str) -> dict[str, Floats]:
    """Return the differences of all selectors of a size to a reference; none without it."""
    to = best_of(draws, DIRECTION[metric]) if reference == "best" else reference
    if to is None or to not in draws:
        return {}
    return {
        name: values - draws[to]
        for name, values in draws.items()
        if is_candidate(name, values) and name != to
    }


def _critical(
    differences_of: Mapping[tuple[int, str], Floats],
    reference: str,
    sizes: Mapping[int, Mapping[str, Floats]],
) -> float:
    """Return the critical value of a reference's family."""
    family = list(differences_of.values())
    if reference == "best":
        for draws in sizes.values():
            candidates = [values for name, values in draws.items() if is_candidate(name, values)]
            family += [a - b for i, a in enumerate(candidates) for b in candidates[:i]]
    return critical_value(np.stack(family)) if family else float("nan")
