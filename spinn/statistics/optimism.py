"""How much better panels score when they are judged on donors that they were chosen from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.summary import tabulate
from spinn.statistics.tiers import with_interval

COLUMNS = (
    *("dataset", "task", "size", "metric", "selector"),
    *("by_cells", "by_cells_low", "by_cells_high"),
    *("by_donors", "by_donors_low", "by_donors_high"),
    *("gap", "low", "high", "n_seeds", "n_splits", "n_cells", "n_donors"),
)


def optimism(tasks: Iterable[TaskDraws], twins: Mapping[str, str]) -> pd.DataFrame:
    """Return optimism.csv: one row per dataset, task, size, metric and selector.

    Parameters
    ----------
    tasks
        Draws, from numbers per test cell, of data sets split by donors and of their twins split by
        cells; others are ignored.
    twins
        The name of a data set split by donors to that of its twin.

    Returns
    -------
    optimism
        The metric `by_cells` and `by_donors`, each with its 95 % interval; `gap`, by how much it is
        better by cells (above 0 whichever way the metric is better), with `low`, `high`; n_seeds,
        n_splits, n_cells and n_donors, the units that each resamples. The ceiling has the size of
        the data split by donors.

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
    return tabulate(rows, COLUMNS)


def _of_pair(cells: TaskDraws, donors: TaskDraws) -> Iterator[tuple[Any, ...]]:
    for (size, metric), draws in donors.draws.items():
        for selector, by_donors in draws.items():
            by_cells = cells.draws.get((size, metric), {}).get(selector)
            if selector == "ceiling":
                by_cells = cells.ceilings.get(metric)
            if by_cells is None:
                continue
            gap = (by_cells - by_donors) * (1 if DIRECTION[metric] == "higher" else -1)
            counts = donors.counts[selector]
            yield (
                *(donors.dataset, donors.task, size, metric, selector),
                *(*with_interval(by_cells), *with_interval(by_donors), *with_interval(gap)),
                *(counts["n_seeds"], counts["n_splits"]),
                *(cells.counts[selector]["n_blocks"], counts["n_blocks"]),
            )
