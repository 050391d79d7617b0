"""How few genes are enough: the smallest panel whose interval lies above a wanted share."""

from typing import Any

import numpy as np
import pandas as pd

from spinn.metrics.registry import headline_of
from spinn.statistics.summary import COUNTS, tabulate

NONE = "none"
COLUMNS = ("dataset", "task", "selector", "metric", "share", "size", "low", *COUNTS)


def smallest(normalised: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return one row per dataset, task and selector, by the task's headline metric.

    Parameters
    ----------
    normalised
        normalised.csv; its measure `share` is quality from floor (0) to ceiling (1).
    share
        The share to reach, in (0, 1].

    Returns
    -------
    DataFrame
        ``size`` of the smallest panel whose 95 % interval of the share lies at or above the wanted
        ``share``, as text, and the interval's lower end ``low``. Where no panel's does: `none` and
        the highest lower end; NaN where floor and ceiling do not differ significantly.
        n_seeds, n_splits and n_blocks as in normalised.csv.

    Notes
    -----
    Each size is tested by itself: among many sizes one may reach the share by chance.
    """
    shares = normalised[normalised["measure"] == "share"]
    rows: list[dict[str, Any]] = []
    for (dataset, task), of_task in shares.groupby(["dataset", "task"], sort=False):
        metric = headline_of(of_task["metric"])
        headline = of_task[of_task["metric"] == metric]
        for selector, panels in headline.groupby("selector", sort=False):
            key = {"dataset": dataset, "task": task, "selector": selector, "metric": metric}
            rows.append({**key, "share": share, **_first(panels.sort_values("size"), share)})
    return tabulate(rows, COLUMNS)


def _first(panels: pd.DataFrame, share: float) -> dict[str, Any]:
    """Return the first of one selector's sizes, smallest first, whose interval is at the share."""
    lows = panels["low"].to_numpy(dtype=np.float64)
    reached = np.flatnonzero(lows >= share)
    at = int(reached[0]) if len(reached) else int(np.argmax(np.nan_to_num(lows, nan=-np.inf)))
    row = panels.iloc[at]
    size = str(row["size"]) if len(reached) else NONE
    return {"size": size, "low": lows[at], **{name: row[name] for name in COUNTS}}
