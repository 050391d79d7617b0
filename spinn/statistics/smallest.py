"""How few genes are enough: the smallest panel whose interval lies above a wanted share."""

import numpy as np
import pandas as pd

from spinn.metrics.registry import headline_of
from spinn.statistics.summary import COUNTS, tabulate

NONE = "none"
COLUMNS = ("dataset", "task", "selector", "metric", "share", "size", "low", *COUNTS)


def smallest(normalised: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return one row per dataset, task and selector, by the task's headline metric.

    From normalised.csv, of which the measure `share` is quality from floor (0) to ceiling (1):
    ``size`` of the smallest panel whose 95 % interval of the share lies at or above the wanted
    ``share`` (in (0, 1]), as text, and the interval's lower end ``low``. Where no panel's does:
    `none` and the highest lower end; NaN where floor and ceiling do not differ significantly.
    n_seeds, n_splits and n_blocks as in normalised.csv.

    Notes
    -----
    Each size is tested by itself: among many sizes one may reach the share by chance.
    """
    shares = normalised[normalised["measure"] == "share"]
    rows = []
    for (dataset, task), of_task in shares.groupby(["dataset", "task"], sort=False):
        metric = headline_of(of_task["metric"])
        headline = of_task[of_task["metric"] == metric]
        for selector, panels in headline.groupby("selector", sort=False):
            panels = panels.sort_values("size")
            lows = panels["low"].to_numpy(dtype=np.float64)
            reached = np.flatnonzero(lows >= share)
            at = reached[0] if len(reached) else np.argmax(np.nan_to_num(lows, nan=-np.inf))
            size = str(panels["size"].iloc[at]) if len(reached) else NONE
            counts = panels[list(COUNTS)].iloc[at]
            rows.append((dataset, task, selector, metric, share, size, lows[at], *counts))
    return tabulate(rows, COLUMNS)
