"""How runs went: what each cost, and the selectors that have no panels because they failed."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from spinn.metrics.registry import headline_of

_SELECTOR = ["dataset", "task", "selector"]
_COLUMNS = [
    "dataset",
    "split",
    "task",
    "selector",
    "seed",
    "seconds",
    "peak_mb",
    "filled",
    "failed",
]


def cost_table(documents: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return what every run cost and whether it failed, as costs.csv.

    Parameters
    ----------
    documents
        Parsed panels.json, one per run.

    Returns
    -------
    costs
        dataset, split, task, selector, seed; `seconds` of wall time, a base model's training
        included; `peak_mb` (MiB, NaN where it is not known); `filled`, the most genes of one panel
        that are not the selector's own; `failed`, why it has no panels, else empty.
    """
    rows = []
    for document in documents:
        place = {key: document[key] for key in ("dataset", "split", "task", "selector", "seed")}
        made, mended = document["made_by"], document["settings"].get("mended", {})
        rows.append(
            {
                **place,
                "seconds": made["seconds"],
                "peak_mb": made.get("peak_mb"),
                "filled": max((count.get("by_greedy", 0) for count in mended.values()), default=0),
                "failed": document.get("failed", ""),
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"peak_mb": float})


def failures(costs: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Return why selectors failed, by (dataset, task, selector).

    A selector without panels in one split has failed: its mean over the other splits could not be
    compared. One that lacks some seeds of a split has not: it has fewer seeds.
    """
    found: dict[tuple[str, str, str], str] = {}
    for (*place, _), runs in costs.groupby([*_SELECTOR, "split"], sort=False):
        if (runs["failed"] != "").all():
            dataset, task, selector = map(str, place)
            found.setdefault((dataset, task, selector), str(runs["failed"].iloc[0]))
    return found


def with_failed(summary: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Return the summary with a row without numbers per size of every selector that failed.

    Parameters
    ----------
    summary
        summary.csv of the others.
    costs
        From `cost_table`.

    Returns
    -------
    summary
        The rows added are of the headline metric; `n_seeds`, `n_splits` and `n_blocks` are 0.
    """
    rows = []
    for dataset, task, selector in failures(costs):
        own = summary[(summary["dataset"] == dataset) & (summary["task"] == task)]
        sizes = sorted(set(own.loc[own["selector"] != "ceiling", "size"]))
        place = {"dataset": dataset, "task": task, "selector": selector}
        place["metric"] = headline_of(own["metric"])
        rows += [
            {**place, "size": size, "n_seeds": 0, "n_splits": 0, "n_blocks": 0} for size in sizes
        ]
    if not rows:
        return summary
    added = pd.DataFrame(rows).reindex(columns=summary.columns).astype(summary.dtypes)
    return pd.concat([summary, added], ignore_index=True)


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a summary that hold numbers."""
    return table[table["mean"].notna()]
