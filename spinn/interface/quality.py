"""The table of judged lists: every number with its interval, and paired with the first list's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.interface.lists import Listed
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.grouping import grouped
from spinn.statistics.recalls import recall_draws, recall_interval
from spinn.statistics.tiers import REFERENCES, interval

_NUMBERS = ("value", "low", "high", "diff", "diff_low", "diff_high")
_COLUMNS = ("panel", "size", "n_judged", "metric", "target", *_NUMBERS)
_NO_INTERVALS = dict.fromkeys(("low", "high", "diff_low", "diff_high"), float("nan"))
_COUNTS = {"n_seeds": "Int64", "n_blocks": "Int64"}
_Place = tuple[str, int]  # key of a list or reference, genes judged
_Draws = Mapping[_Place, Floats]
_Interval = Callable[[Floats], tuple[float, float]]


def quality_table(
    lists: Sequence[Listed],
    task: TaskDraws,
    runs: Sequence[RunScores],
    contents: Mapping[str, Mapping[_Place, float]],
    *,
    n_bootstrap: int,
) -> pd.DataFrame:
    """Return what `spinn.evaluate_panels` returns, but for the column split.

    The runs' selectors are the lists' keys, and `floor` and `ceiling`. ``contents`` are measures of
    what panels hold, which are no estimates and have no intervals.
    """
    rows = [
        *_overall(lists, task),
        *_by_type(lists, task, runs, n_bootstrap),
        *_of_contents(lists, contents),
    ]
    return pd.DataFrame(rows)[[*_COLUMNS, *_COUNTS]].astype(_COUNTS)


def _overall(lists: Sequence[Listed], task: TaskDraws) -> Iterator[dict[str, Any]]:
    by_metric: dict[str, dict[tuple[str, int], Floats]] = {}
    for (n_judged, metric), draws_of in task.draws.items():
        for key, draws in draws_of.items():
            by_metric.setdefault(metric, {})[key, n_judged] = draws
    for metric, draws_at in by_metric.items():
        for key, row in _compared(lists, draws_at, interval):
            n_seeds = task.counts[key]["n_seeds"]
            if (row["n_judged"], metric) not in task.judged and n_seeds == 1:
                row |= _NO_INTERVALS
            yield {**row, "metric": metric, "target": "all", **task.counts[key]}


def _by_type(
    lists: Sequence[Listed], task: TaskDraws, runs: Sequence[RunScores], n_bootstrap: int
) -> Iterator[dict[str, Any]]:
    """Yield recall of every cell type that has test cells; nothing without types."""
    by_type: dict[str, dict[tuple[str, int], Floats]] = {}
    n_cells: dict[str, float] = {}
    for key, members in grouped((r for r in runs if r.cells.truth is not None), "selector").items():
        draws, n_of_type = recall_draws(members, n_bootstrap=n_bootstrap, seed=0)
        names = np.asarray(members[0].cells.classes)
        for kind in np.flatnonzero(n_of_type):
            n_cells[str(names[kind])] = float(n_of_type[kind])
            for at, n_judged in enumerate(members[0].cells.sizes.tolist()):
                by_type.setdefault(str(names[kind]), {})[key, n_judged] = draws[:, at, kind]
    for name, draws_at in by_type.items():
        of_value = partial(recall_interval, n_cells=n_cells[name])
        for key, row in _compared(lists, draws_at, of_value):
            yield {**row, "metric": "recall", "target": name, **task.counts[key]}


def _of_contents(
    lists: Sequence[Listed], contents: Mapping[str, Mapping[_Place, float]]
) -> Iterator[dict[str, Any]]:
    for metric, value_at in contents.items():
        draws_at = {place: np.array([value]) for place, value in value_at.items()}
        for _, row in _compared(lists, draws_at, interval):
            counts = dict.fromkeys(_COUNTS, pd.NA)
            yield {**row, **_NO_INTERVALS, "metric": metric, "target": "all", **counts}


def _compared(
    lists: Sequence[Listed], draws_at: _Draws, of_value: _Interval
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield key and row of every list, small to large, and reference, for one metric.

    A list is compared with the first one's panel that names as many genes, a reference with that of
    which as many are judged; where there is none, with its largest.
    """
    first = [one for one in lists if one.name == lists[0].name]
    draws_of = {one: draws_at.get((one.key, one.panel.size)) for one in lists}
    by_size = {one.size: draws_of[one] for one in first}
    by_judged = {one.panel.size: draws_of[one] for one in first}
    largest = by_size[max(by_size)]
    order = list(dict.fromkeys(one.name for one in lists))
    for one in sorted(lists, key=lambda one: (order.index(one.name), one.size)):
        draws = draws_of[one]
        if draws is not None:
            other = None if one.name == first[0].name else by_size.get(one.size, largest)
            yield one.key, _row(one.name, one.size, one.panel.size, draws, other, of_value)
    for name in REFERENCES:
        for (key, size), draws in sorted(draws_at.items(), key=lambda item: item[0][1]):
            if key == name:
                other = by_judged.get(size, largest)
                yield key, _row(name, size, size, draws, other, of_value)


def _row(
    name: str, size: int, n_judged: int, draws: Floats, other: Floats | None, of_value: _Interval
) -> dict[str, Any]:
    numbers = [float(draws[0]), *of_value(draws)]
    if other is not None:
        difference = draws - other
        numbers += [float(difference[0]), *interval(difference)]
    numbers += [float("nan")] * (len(_NUMBERS) - len(numbers))
    place = {"panel": name, "size": size, "n_judged": n_judged}
    return {**place, **dict(zip(_NUMBERS, numbers, strict=True))}
