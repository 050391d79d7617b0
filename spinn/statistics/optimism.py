"""How much better panels score when they are judged on donors that they were chosen from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.summary import tabulate
from spinn.statistics.tiers import interval

_COUNTS = ("n_seeds", "n_splits", "n_cells", "n_donors")
COLUMNS = (
    *("dataset", "task", "size", "metric", "selector"),
    *("by_cells", "by_cells_low", "by_cells_high"),
    *("by_donors", "by_donors_low", "by_donors_high"),
    *("gap", "low", "high", *_COUNTS),
)


def optimism(tasks: Iterable[TaskDraws], twins: Mapping[str, str]) -> pd.DataFrame:
    """Return optimism.csv: one row per dataset, task, size, metric and selector.

    Parameters
    ----------
    tasks
        Draws of data sets split by donors and of their twins split by cells; others are ignored.
    twins
        The name of a data set split by donors to that of its twin.

    Returns
    -------
    optimism
        The metric `by_cells` and `by_donors`, each with its 95 % interval; `gap`, by how much it is
        better by cells (above 0 whichever way the metric is better), with `low`, `high`; n_seeds,
        n_splits, n_cells and n_donors, the units that each resamples. Only metrics with numbers
        per test cell. The ceiling has the size of the data split by donors.

    Notes
    -----
    The two are judged on different cells, so their draws are independent. The whole run differs:
    by cells, panels are also chosen and networks trained on cells of all donors.
    """
    by_name = {(task.dataset, task.task): task for task in tasks}
    rows = (
        row
        for (dataset, task), donors in by_name.items()
        if (cells := by_name.get((twins.get(dataset, ""), task))) is not None
        for row in _of_pair(cells, donors)
    )
    return tabulate(rows, COLUMNS, _COUNTS)


def _of_pair(cells: TaskDraws, donors: TaskDraws) -> Iterator[tuple[Any, ...]]:
    for (size, metric), draws in donors.draws.items():
        for selector, by_donors in draws.items():
            by_cells = _draws_of(cells, size, metric, selector)
            if by_cells is None or (size, metric) not in donors.judged:
                continue
            gap = (by_cells - by_donors) * (1 if DIRECTION[metric] == "higher" else -1)
            counts = donors.counts[selector]
            yield (
                *(donors.dataset, donors.task, size, metric, selector),
                *(float(by_cells[0]), *interval(by_cells)),
                *(float(by_donors[0]), *interval(by_donors)),
                *(float(gap[0]), *interval(gap)),
                *(counts["n_seeds"], counts["n_splits"]),
                *(cells.counts[selector]["n_blocks"], counts["n_blocks"]),
            )


def _draws_of(task: TaskDraws, size: int, metric: str, selector: str) -> Floats | None:
    """Return the draws of a selector; those of the ceiling at any size."""
    if selector != "ceiling":
        return task.draws.get((size, metric), {}).get(selector)
    of_metric = (draws for (_, name), draws in task.draws.items() if name == metric)
    return next((draws["ceiling"] for draws in of_metric if "ceiling" in draws), None)
