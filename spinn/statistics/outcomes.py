"""How runs went: what each cost, and the selectors that have no panels because they failed."""

from collections.abc import Iterable

import pandas as pd

from spinn.metrics.registry import headline_of
from spinn.panel import PanelPath
from spinn.statistics.summary import COUNTS

_RUN = ("dataset", "split", "task", "selector", "seed")
_COLUMNS = (*_RUN, "seconds", "peak_mb", "filled", "failed")


def cost_table(paths: Iterable[PanelPath]) -> pd.DataFrame:
    """Return what every run cost and whether it failed, as costs.csv, from its panels.json.

    dataset, split, task, selector, seed; `seconds` of wall time, a base model's training included;
    `peak_mb` (MiB, NaN where it is not known); `filled`, the largest number of genes of a panel
    that the selector did not choose itself; `failed`, why it has no panels, else empty.
    """
    rows = []
    for about in (path.about for path in paths):
        made, repairs = about["made_by"], about["settings"].get("repairs", {})
        filled = max((count.get("by_greedy", 0) for count in repairs.values()), default=0)
        cost = (made["seconds"], made.get("peak_mb"), filled, about.get("failed", ""))
        rows.append((*(about[name] for name in _RUN), *cost))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"peak_mb": float})


def failures(costs: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Return why selectors failed, by (dataset, task, selector).

    A selector without panels in one split has failed: its mean over the other splits could not be
    compared. One that lacks some seeds of a split has not: it has fewer seeds.
    """
    reasons: dict[tuple[str, str, str], str] = {}
    keys = ["dataset", "task", "selector", "split"]
    for (dataset, task, selector, _), runs in costs.groupby(keys, sort=False):
        if (runs["failed"] != "").all():
            key = (str(dataset), str(task), str(selector))
            reasons.setdefault(key, str(runs["failed"].iloc[0]))
    return reasons


def with_failed(summary: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Return the summary with a row without numbers per size of every selector that failed.

    The rows added are of the headline metric; `n_seeds`, `n_splits` and `n_blocks` are 0.
    """
    rows = []
    for dataset, task, selector in failures(costs):
        of_task = summary[(summary["dataset"] == dataset) & (summary["task"] == task)]
        sizes = sorted(set(of_task.loc[of_task["selector"] != "ceiling", "size"]))
        key = {"dataset": dataset, "task": task, "selector": selector}
        row = {**key, "metric": headline_of(of_task["metric"]), **dict.fromkeys(COUNTS, 0)}
        rows += [{**row, "size": size} for size in sizes]
    if not rows:
        return summary
    added = pd.DataFrame(rows).reindex(columns=summary.columns).astype(summary.dtypes)
    return pd.concat([summary, added], ignore_index=True)


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a summary that hold numbers."""
    return table[table["mean"].notna()]
