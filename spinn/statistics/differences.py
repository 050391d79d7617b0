"""Paired differences of every selector to the best, to the greedy baselines and to the floor."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.simultaneous import critical_value, standard_error
from spinn.statistics.summary import COUNTS
from spinn.statistics.tiers import best_of, interval, is_candidate

TO = ("best", "greedy", "greedy_split", "floor")
"""What selectors are compared to: the best of their size, two baselines, random panels."""

_COLUMNS = ("dataset", "task", "size", "metric", "selector", "reference", "diff", "low", "high")


def differences(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return differences.csv: one row per dataset, task, size, metric, selector and reference.

    Returns
    -------
    differences
        `diff` is the selector minus the reference; `low`, `high` its own 95 % interval. `low_all`,
        `high_all` hold together for all selectors and sizes of a dataset, task, metric and
        reference; NaN where only seeds were resampled. Nobody is compared to himself. n_seeds,
        n_splits and n_blocks are the selector's.

    Notes
    -----
    Who is best was seen in the same cells. So the family of the reference `best` is all pairs of
    selectors of every size, which holds whoever it might have been.
    """
    rows = [row for task in tasks for row in _of_task(task)]
    columns = [*_COLUMNS, "low_all", "high_all", *COUNTS]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(COUNTS, "Int64"))


def better_than(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return the rows of differences.csv that show a selector to be better than a reference.

    Its interval, with those of all selectors and sizes at once, leaves out zero on the better side.
    """
    own = rows[rows["reference"] == reference]
    lower = own["metric"].map(DIRECTION) == "lower"
    return own[(lower & (own["high_all"] < 0)) | (~lower & (own["low_all"] > 0))]


def _of_task(task: TaskDraws) -> Iterator[dict[str, Any]]:
    for metric in dict.fromkeys(metric for _, metric in task.draws):
        sizes = {size: draws for (size, name), draws in task.draws.items() if name == metric}
        for reference in TO:
            found = {
                (size, selector): difference
                for size, draws in sizes.items()
                for selector, difference in _against(reference, draws, metric).items()
            }
            reach = _critical(found, reference, sizes)
            for (size, selector), difference in found.items():
                low, high = interval(difference)
                estimate = float(difference[0])
                half = reach * float(standard_error(difference))
                if (size, metric) not in task.judged:
                    half = float("nan")
                place = (task.dataset, task.task, size, metric, selector, reference)
                numbers = (estimate, low, high)
                yield {
                    **dict(zip(_COLUMNS, (*place, *numbers), strict=True)),
                    "low_all": estimate - half,
                    "high_all": estimate + half,
                    **task.counts.get(selector, {}),
                }


def _against(reference: str, draws: Mapping[str, Floats], metric: str) -> dict[str, Floats]:
    """Return the differences of all selectors of a size to a reference; none without it."""
    to = best_of(draws, DIRECTION[metric]) if reference == "best" else reference
    if to is None or to not in draws:
        return {}
    return {
        name: own - draws[to]
        for name, own in draws.items()
        if is_candidate(name, own) and name != to
    }


def _critical(
    found: Mapping[tuple[int, str], Floats],
    reference: str,
    sizes: Mapping[int, Mapping[str, Floats]],
) -> float:
    """Return the critical value of a reference's family."""
    family = list(found.values())
    if reference == "best":
        for draws in sizes.values():
            own = [own for name, own in draws.items() if is_candidate(name, own)]
            family += [a - b for i, a in enumerate(own) for b in own[:i]]
    return critical_value(np.stack(family)) if family else float("nan")
