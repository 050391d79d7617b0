"""What the report's tables hold: rows of tidy tables, ordered, rounded and put into words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from spinn.metrics.registry import DIRECTION, LABEL, headline_of
from spinn.statistics.outcomes import failures, judged
from spinn.statistics.tiers import REFERENCES

NO_INTERVAL = "no interval"
_FEW_BLOCKS = 5  # donors below which an interval between donors means little

Table = dict[str, Any]


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
    failed = {} if costs is None else failures(costs)
    reason = {selector: why for (_, _, selector), why in failed.items()}
    lines = [line | {"failed": reason.get(line["selector"])} for line in table["lines"]]
    return table | {"lines": lines}


def cost_lines(costs: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return what the runs of each selector took: mean, and least to most where they differ."""
    if costs is None:
        return []
    lines = []
    for selector, own in costs.groupby("selector", sort=False):
        notes = []
        if len(failed := own.loc[own["failed"] != "", "failed"]):
            notes.append(f"{len(failed)} of {len(own)} runs failed: {failed.iloc[0]}")
        if filled := int(own["filled"].max()):
            notes.append(f"up to {filled} genes of a panel filled up by greedy")
        lines.append(
            {
                "selector": str(selector),
                "runs": str(len(own)),
                "seconds": _spread(own["seconds"], 1),
                "peak": _spread(own["peak_mb"].dropna(), 0),
                "note": "; ".join(notes),
            }
        )
    return lines


def grid(rows: pd.DataFrame, order: Iterable[str] | None = None) -> Table:
    """Return cells by selector and size; the ceiling's one number stands in a column of its own."""
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
    return {"sizes": sizes, "extra": extra, "lines": lines}


def _cell(row: Mapping[Any, Any]) -> Table:
    tier = row.get("tier")
    known = not pd.isna(row["low"])
    return {
        "value": _number(row["mean"]),
        "interval": f"[{_number(row['low'])}, {_number(row['high'])}]" if known else NO_INTERVAL,
        "tier": None if tier is None or pd.isna(tier) else int(tier),
    }


def answers(rows: pd.DataFrame) -> list[Table]:
    """Return, for each size, the best selector and those that cannot be told from it."""
    found = []
    for size, own in rows[~rows["selector"].isin(REFERENCES)].groupby("size"):
        first = own[own["tier"] == 1].sort_values("diff_to_best", key=abs, kind="stable")
        if len(first):
            best, *others = first.to_dict("records")
            floor = rows[(rows["selector"] == "floor") & (rows["size"] == size)]
            found.append(
                {
                    "size": size,
                    "best": best["selector"],
                    "cell": _cell(best),
                    "others": [row["selector"] for row in others],
                    "floor": _cell(floor.iloc[0].to_dict()) if len(floor) else None,
                }
            )
    return found


def cautions(rows: pd.DataFrame) -> list[str]:
    """Return what a reader must know before trusting the intervals."""
    notes = []
    selectors = judged(rows[~rows["selector"].isin(REFERENCES)])
    if selectors.empty:
        return ["No selector has panels."]
    blocks = int(selectors["n_blocks"].min())
    if blocks == 1:
        notes.append("One donor was held out: the intervals say nothing about other donors.")
    elif blocks < _FEW_BLOCKS:
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
    return {"columns": best, "lines": lines}


def audit_table(audit: pd.DataFrame | None) -> Table | None:
    """Return the audit of the first split's panels, a line per size and demand, unmet ones first.

    ``n_unmet`` counts those that are not met.
    """
    if audit is None or audit.empty:
        return None
    own = audit[audit["split"] == audit["split"].min()]
    ordered = own.sort_values("met", kind="stable")  # "no" before "yes"
    return {"lines": ordered.to_dict("records"), "n_unmet": int((own["met"] == "no").sum())}


def smallest_table(smallest: pd.DataFrame | None) -> Table | None:
    """Return selectors by the smallest panel that surely reaches the wanted share, fewest first."""
    if smallest is None or smallest.empty:
        return None
    found = smallest[smallest["size"] != "none"]
    order = found["size"].astype(int).sort_values(kind="stable").index
    return {
        "share": f"{100 * smallest['share'].iloc[0]:g} %",
        "found": [
            {"selector": row["selector"], "size": row["size"], "low": _number(row["low"])}
            for row in found.loc[order].to_dict("records")
        ],
        "none": [
            {"selector": row["selector"], "low": _number(row["low"])}
            for row in smallest[smallest["size"] == "none"].to_dict("records")
        ],
    }


def robustness_table(robustness: pd.DataFrame | None) -> Table | None:
    """Return the first split's quality, a line per kind of inputs and size, by efficiency."""
    if robustness is None or robustness.empty:
        return None
    own = robustness[robustness["split"] == robustness["split"].min()]
    levels = sorted(set(own["efficiency"]), reverse=True)
    lines = []
    for (inputs, size), rows in own.groupby(["inputs", "size"], sort=False):
        cells = {
            row["efficiency"]: _cell({**row, "mean": row["value"]})
            for row in rows.to_dict("records")
        }
        lines.append(
            {"inputs": inputs, "size": int(size), "cells": [cells.get(level) for level in levels]}
        )
    metric = own["metric"].iloc[0]
    return {
        "levels": [f"{level:g}" for level in levels],
        "lines": sorted(lines, key=lambda line: line["size"]),
        "selector": own["selector"].iloc[0],
        "n_seeds": int(own["n_seeds"].iloc[0]),
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
        Split to what preparation wrote down; its `split` maps parts to cells, labels, donors.
    """
    rows = []
    for split, about in splits.items():
        for part in ("train", "valid", "test"):
            here = about.get("split", {}).get(part) if isinstance(about, Mapping) else None
            if here is None:
                continue
            donors, labels = here.get("donors", ()), here.get("labels", {})
            rows.append(
                {
                    "split": split,
                    "part": part,
                    "cells": str(here["cells"]),
                    "donors": f"{len(donors)}: {', '.join(donors)}" if donors else "not given",
                    "types": ", ".join(f"{name} {n}" for name, n in labels.items()) or "not given",
                }
            )
    return rows


def _spread(values: "pd.Series[float]", digits: int) -> str:
    """Say the mean, and in brackets the least and the most, or that there is one number only."""
    if values.empty:
        return "–"
    if len(set(values)) == 1:
        return f"{values.iloc[0]:.{digits}f} (measured once)"
    mean, least, most = (f"{v:.{digits}f}" for v in (values.mean(), values.min(), values.max()))
    return f"{mean} [{least} to {most}]"


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3f}"
