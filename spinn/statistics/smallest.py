"""How few genes are enough: the smallest panel surely as good as wanted."""

from typing import Any

import numpy as np
import pandas as pd

from spinn.metrics.registry import headline_of
from spinn.statistics.summary import COUNTS

NONE = "none"
COLUMNS = ("dataset", "task", "selector", "metric", "share", "size", "low", *COUNTS)


def smallest(normalised: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return one row per dataset, task and selector, by the task's headline metric.

    Parameters
    ----------
    normalised
        normalised.csv; its measure `share` is quality from floor (0) to ceiling (1).
    share
        What is wanted of it, in (0, 1].

    Returns
    -------
    DataFrame
        ``size`` of the smallest panel whose 95 % interval of the share lies at or above the wanted
        ``share``, as text, and the interval's lower end ``low``. Where no panel's does: `none` and
        the highest lower end there is; NaN where floor and ceiling cannot be told apart.
        n_seeds, n_splits and n_blocks as in normalised.csv.

    Notes
    -----
    Each size is looked at by itself: among many sizes one may reach the share by luck.
    """
    shares = normalised[normalised["measure"] == "share"]
    rows: list[dict[str, Any]] = []
    for (dataset, task), own in shares.groupby(["dataset", "task"], sort=False):
        metric = headline_of(own["metric"])
        for selector, panels in own[own["metric"] == metric].groupby("selector", sort=False):
            place = {"dataset": dataset, "task": task, "selector": selector, "metric": metric}
            rows.append({**place, "share": share, **_first(panels.sort_values("size"), share)})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(COUNTS, "Int64"))


def _first(panels: pd.DataFrame, share: float) -> dict[str, Any]:
    """Return the first of one selector's sizes, smallest first, that is sure to reach the share."""
    lows = panels["low"].to_numpy(dtype=np.float64)
    reached = np.flatnonzero(lows >= share)
    at = int(reached[0]) if len(reached) else int(np.argmax(np.nan_to_num(lows, nan=-np.inf)))
    row = panels.iloc[at]
    size = str(row["size"]) if len(reached) else NONE
    return {"size": size, "low": lows[at], **{name: row[name] for name in COUNTS}}
