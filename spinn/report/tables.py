"""The report's tables: rows of tidy tables, ordered, rounded and put into words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from spinn.metrics.registry import DIRECTION, LABEL, headline_of
from spinn.report.counts import count
from spinn.statistics.outcomes import failures, judged
from spinn.statistics.smallest import NONE
from spinn.statistics.tiers import REFERENCES

NO_INTERVAL = "no interval"
_MIN_BLOCKS = 5  # donors below which an interval between donors means little

Table = dict[str, Any]


def rows_of_task(table: pd.DataFrame, dataset: str, task: str) -> pd.DataFrame:
    """Return the rows of one dataset and task."""
    return table[(table["dataset"] == dataset) & (table["task"] == task)]


def metric_table(rows: pd.DataFrame, metric: str) -> Table:
    """Return selectors by sizes, best on average first, floor and ceiling last."""
    rows = rows[rows["metric"] == metric]
    average = rows.groupby("selector", sort=False)["mean"].mean()
    ordered = average.sort_values(ascending=DIRECTION[metric] == "lower", kind="stable").index
    order = [name for name in ordered if name not in REFERENCES]
    order += [name for name in REFERENCES if name in average.index]
    table = grid(rows, order)
    drawn = "cells and seeds" if rows["tier"].notna().any() else "seeds alone"
    words = {"label": LABEL[metric], "better": DIRECTION[metric], "drawn": drawn}
    return table | {"metric": metric} | words


def headline_table(rows: pd.DataFrame, costs: pd.DataFrame | None) -> Table:
    """Return the table of a task's headline metric; lines of selectors that failed say why.

    ``costs`` are the task's rows of costs.csv.
    """
    table = metric_table(rows, headline_of(rows["metric"]))
    reasons = {} if costs is None else failures(costs)
    reason = {selector: text for (_, _, selector), text in reasons.items()}
    lines = [line | {"failed": reason.get(line["selector"])} for line in table["lines"]]
    return table | {"lines": lines}


def cost_lines(costs: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return time and memory of each selector's runs: mean, and range where they differ."""
    if costs is None:
        return []
    lines = []
    for selector, runs in costs.groupby("selector", sort=False):
        notes = []
        if len(failed := runs.loc[runs["failed"] != "", "failed"]):
            notes.append(f"{len(failed)} of {len(runs)} runs failed: {failed.iloc[0]}")
        if filled := int(runs["filled"].max()):
            notes.append(f"up to {filled} genes of a panel filled up by greedy")
        lines.append(
            {
                "selector": str(selector),
                "runs": str(len(runs)),
                "seconds": _spread(runs["seconds"], 1),
                "peak": _spread(runs["peak_mb"].dropna(), 0),
                "note": "; ".join(notes),
            }
        )
    return lines


def grid(rows: pd.DataFrame, order: Iterable[str] | None = None) -> Table:
    """Return cells by selector and size; the ceiling's one number has a separate column."""
    ceiling = rows["selector"] == "ceiling"
    sizes = sorted(set(rows.loc[~ceiling, "size"].astype(int)))
    cells = {(row["selector"], int(row["size"])): _cell(row) for row in rows.to_dict("records")}
    order = list(dict.fromkeys(rows["selector"])) if order is None else list(order)
    extra = sorted(set(rows.loc[ceiling, "size"].astype(int)) - set(sizes))
    lines = [
        {
            "selector": name,
            "cells": [cells.get((name, size)) for size in (*sizes, *extra)],
            "failed": None,
        }
        for name in order
    ]
    heads = [*(f"{size} genes" for size in sizes), *(f"all {size}" for size in extra)]
    return {"heads": heads, "lines": lines}


def _cell(row: Mapping[Any, Any]) -> Table:
    tier = row.get("tier")
    known = not pd.isna(row["low"])
    return {
        "value": _number(row["mean"]),
        "interval": f"[{_number(row['low'])}, {_number(row['high'])}]" if known else NO_INTERVAL,
        "tier": None if tier is None or pd.isna(tier) else int(tier),
    }


def answers(rows: pd.DataFrame) -> list[Table]:
    """Return, for each size, the best selector and those not significantly worse."""
    lines = []
    for size, of_size in rows[~rows["selector"].isin(REFERENCES)].groupby("size"):
        first = of_size[of_size["tier"] == 1].sort_values("diff_to_best", key=abs, kind="stable")
        if len(first):
            best, *others = first.to_dict("records")
            floor = rows[(rows["selector"] == "floor") & (rows["size"] == size)]
            lines.append(
                {
                    "size": size,
                    "best": best["selector"],
                    "cell": _cell(best),
                    "others": [row["selector"] for row in others],
                    "floor": _cell(floor.iloc[0].to_dict()) if len(floor) else None,
                }
            )
    return lines


def cautions(rows: pd.DataFrame) -> list[str]:
    """Return what a reader must know before trusting the intervals."""
    notes = []
    selectors = judged(rows[~rows["selector"].isin(REFERENCES)])
    if selectors.empty:
        return ["No selector has panels."]
    blocks = int(selectors["n_blocks"].min())
    if blocks == 1:
        notes.append("One donor was held out: the intervals say nothing about other donors.")
    elif blocks < _MIN_BLOCKS:
        notes.append(f"Only {blocks} donors were held out: take the intervals as rough.")
    if int(selectors["n_seeds"].min()) == 1:
        notes.append("One seed: the intervals leave out how much training itself varies.")
    return notes


def recall_table(recall: pd.DataFrame | None, rows: pd.DataFrame) -> Table | None:
    """Return recall of each cell type by the best selector of each size, hardest first.

    ``recall`` holds the task's rows of recall.csv, ``rows`` those of summary.csv.
    """
    best = answers(rows[rows["metric"] == headline_of(rows["metric"])])
    if recall is None or recall.empty or not best:
        return None
    columns = [
        recall[(recall["selector"] == answer["best"]) & (recall["size"] == answer["size"])]
        for answer in best
    ]
    columns = [column.set_index("target") for column in columns]
    average = pd.concat([column["mean"] for column in columns], axis=1).mean(axis=1)
    lines = [
        {
            "type": name,
            "n_cells": int(columns[0].loc[name, "n_cells"]),
            "cells": [_cell(column.loc[name].to_dict()) for column in columns],
        }
        for name in average.sort_values(kind="stable").index
    ]
    heads = [f"{answer['size']} genes: {answer['best']}" for answer in best]
    return {"heads": heads, "lines": lines}


def audit_table(audit: pd.DataFrame | None) -> Table | None:
    """Return the audit of the first split's panels, a line per size and constraint, unmet first.

    ``n_unmet`` counts those that are not met.
    """
    if audit is None or audit.empty:
        return None
    rows = audit[audit["split"] == audit["split"].min()]
    ordered = rows.sort_values("met", kind="stable")  # "no" before "yes"
    return {"lines": ordered.to_dict("records"), "n_unmet": int((rows["met"] == "no").sum())}


def smallest_table(smallest: pd.DataFrame | None) -> Table | None:
    """Return selectors by the smallest panel whose interval reaches the share, fewest first."""
    if smallest is None or smallest.empty:
        return None
    rows = smallest.assign(low=smallest["low"].map(_number))[["selector", "size", "low"]]
    reached = rows["size"] != NONE
    order = rows.loc[reached, "size"].astype(int).sort_values(kind="stable").index
    return {
        "share": f"{100 * smallest['share'].iloc[0]:g} %",
        "reached": rows.loc[order].to_dict("records"),
        "missed": rows[~reached].to_dict("records"),
    }


def robustness_table(robustness: pd.DataFrame | None) -> Table | None:
    """Return the first split's quality, a line per kind of inputs and size, by efficiency."""
    if robustness is None or robustness.empty:
        return None
    first = robustness[robustness["split"] == robustness["split"].min()]
    levels = sorted(set(first["efficiency"]), reverse=True)
    lines = []
    for (inputs, size), rows in first.groupby(["inputs", "size"], sort=False):
        cells = {
            row["efficiency"]: _cell({**row, "mean": row["value"]})
            for row in rows.to_dict("records")
        }
        lines.append(
            {"inputs": inputs, "size": int(size), "cells": [cells.get(level) for level in levels]}
        )
    metric = first["metric"].iloc[0]
    return {
        "levels": [f"{level:g}" for level in levels],
        "lines": sorted(lines, key=lambda line: line["size"]),
        "selector": first["selector"].iloc[0],
        "seeds": count(first["n_seeds"], "seed"),
        "label": LABEL[metric],
        "better": DIRECTION[metric],
    }


def flat(value: Any, name: str = "") -> Sequence[tuple[str, str]]:
    """Return nested facts as (dotted name, text) pairs."""
    if isinstance(value, Mapping):
        return [
            pair
            for key, inner in value.items()
            for pair in flat(inner, f"{name}.{key}" if name else str(key))
        ]
    if isinstance(value, list | tuple) and not any(isinstance(v, Mapping) for v in value):
        return [(name, ", ".join(map(str, value)))]
    if isinstance(value, list | tuple):
        return [pair for i, inner in enumerate(value) for pair in flat(inner, f"{name}[{i}]")]
    return [(name, "none" if value is None else str(value))]


def part_table(splits: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one row per split and part: how many cells, of which donors and types.

    Parameters
    ----------
    splits
        Split to what preparation recorded; its `split` maps parts to cells, labels, donors.
    """
    rows = []
    for split, about in splits.items():
        for part in ("train", "valid", "test"):
            facts = about.get("split", {}).get(part) if isinstance(about, Mapping) else None
            if facts is None:
                continue
            donors, labels = facts.get("donors", ()), facts.get("labels", {})
            rows.append(
                {
                    "split": split,
                    "part": part,
                    "cells": str(facts["cells"]),
                    "donors": f"{len(donors)}: {', '.join(donors)}" if donors else "not given",
                    "types": ", ".join(f"{name} {n}" for name, n in labels.items()) or "not given",
                }
            )
    return rows


def _spread(values: "pd.Series[float]", digits: int) -> str:
    """Return the mean, and in brackets the range, or that there is one number only."""
    if values.empty:
        return "–"
    if len(set(values)) == 1:
        return f"{values.iloc[0]:.{digits}f} (measured once)"
    mean, low, high = (f"{v:.{digits}f}" for v in (values.mean(), values.min(), values.max()))
    return f"{mean} [{low} to {high}]"


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3f}"
