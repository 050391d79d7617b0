"""How much better panels look when they are judged on donors that they were chosen from."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from spinn.arrays import Floats
from spinn.config.derived import BY_CELLS
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.tiers import interval

COLUMNS = (
    *("dataset", "task", "size", "metric", "selector"),
    *("by_cells", "by_cells_low", "by_cells_high"),
    *("by_donors", "by_donors_low", "by_donors_high"),
    *("gap", "low", "high", "n_seeds", "n_splits", "n_cells", "n_donors"),
)


def optimism(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return optimism.csv: one row per dataset, task, size, metric and selector.

    Parameters
    ----------
    tasks
        Draws of data sets split by donors and of their twins NAME@cells split by cells; others are
        passed over.

    Returns
    -------
    optimism
        The metric `by_cells` and `by_donors`, each with its 95 % interval; `gap`, by how much it is
        better by cells (above 0 whichever way the metric is better), with `low`, `high`; n_seeds,
        n_splits, n_cells and n_donors, the units drawn by either. Only metrics with numbers per
        test cell. The ceiling has the size of the data split by donors.

    Notes
    -----
    The two are judged on different cells, so their draws are independent. The whole run differs:
    by cells, panels are chosen and networks trained on cells of all donors, too.
    """
    by_place = {(task.dataset, task.task): task for task in tasks}
    rows = [
        row
        for (dataset, name), donors in by_place.items()
        if (cells := by_place.get((f"{dataset}{BY_CELLS}", name))) is not None
        for row in _of_pair(cells, donors)
    ]
    counts = dict.fromkeys(("n_seeds", "n_splits", "n_cells", "n_donors"), "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(counts)


def _of_pair(cells: TaskDraws, donors: TaskDraws) -> Iterator[dict[str, Any]]:
    for (size, metric), draws in donors.draws.items():
        for selector, by_donors in draws.items():
            by_cells = _draws_of(cells, size, metric, selector)
            if by_cells is None or (size, metric) not in donors.judged:
                continue
            gap = (by_cells - by_donors) * (1 if DIRECTION[metric] == "higher" else -1)
            own, other = donors.counts[selector], cells.counts[selector]
            numbers = [
                number
                for found in (by_cells, by_donors, gap)
                for number in (float(found[0]), *interval(found))
            ]
            yield dict(
                zip(
                    COLUMNS,
                    (
                        *(donors.dataset, donors.task, size, metric, selector),
                        *numbers,
                        *(own["n_seeds"], own["n_splits"], other["n_blocks"], own["n_blocks"]),
                    ),
                    strict=True,
                )
            )


def _draws_of(task: TaskDraws, size: int, metric: str, selector: str) -> Floats | None:
    """Return the draws of a selector; the ceiling's whatever the number of genes is."""
    if selector != "ceiling":
        return task.draws.get((size, metric), {}).get(selector)
    ceilings = (own for (_, name), own in task.draws.items() if name == metric)
    return next((own["ceiling"] for own in ceilings if "ceiling" in own), None)
