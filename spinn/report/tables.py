"""The report's tables: rows of tidy tables, ordered, rounded and put into words."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
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
    reasons = {} if costs is None else {key[2]: why for key, why in failures(costs).items()}
    lines = [line | {"failed": reasons.get(line["selector"])} for line in table["lines"]]
    return table | {"lines": lines}


def cost_lines(costs: pd.DataFrame) -> list[dict[str, str]]:
    """Return time and memory of each selector's runs: mean, and range where they differ."""
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
                "peak MiB": _spread(runs["peak_mb"].dropna(), 0),
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
    values = {name: [cells.get((name, size)) for size in (*sizes, *extra)] for name in order}
    lines = [{"selector": name, "cells": row, "failed": None} for name, row in values.items()]
    heads = [*(f"{size} genes" for size in sizes), *(f"all {size}" for size in extra)]
    return {"heads": heads, "lines": lines}


def cell(mean: float, low: float, high: float, tier: int | None = None) -> Table:
    """Return a number with its interval as the templates show it; NaN ends: no interval."""
    interval = NO_INTERVAL if pd.isna(low) else f"[{_number(low)}, {_number(high)}]"
    return {"value": _number(mean), "interval": interval, "tier": tier}


def _cell(row: Mapping[Any, Any]) -> Table:
    tier = row.get("tier")
    known = None if tier is None or pd.isna(tier) else int(tier)
    return cell(row["mean"], row["low"], row["high"], known)


def answers(rows: pd.DataFrame) -> list[Table]:
    """Return, for each size, the best selector and those not significantly worse."""
    floors = rows[rows["selector"] == "floor"].to_dict("records")
    floor = {row["size"]: _cell(row) for row in floors}
    lines = []
    for size, first in rows[rows["tier"] == 1].groupby("size"):
        ordered = first.sort_values("diff_to_best", key=abs, kind="stable")
        best, *others = ordered.to_dict("records")
        names = {"best": best["selector"], "others": [row["selector"] for row in others]}
        lines.append({"size": size, **names, "cell": _cell(best), "floor": floor.get(size)})
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


def panel_table(panel: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the genes of a recommended panel, best first, with roles and substitutes if known.

    Symbols are shown where they say more than the genes' names.
    """
    if "loss" in panel:
        restored = (100 * panel["restored"]).map("{:.0f} %".format)
        loss = {"lost without it": panel["loss"].map("{:.4f}".format)}
        panel = panel.assign(restored=restored, **loss)
    if "symbol" in panel and panel["symbol"].isin(["", *panel["gene"]]).all():
        panel = panel.drop(columns="symbol")
    heads = ("rank", "gene", "symbol", "role", "lost without it", "restored", "substitutes", "why")
    return panel.filter(heads).to_dict("records")


def recall_table(recall: pd.DataFrame, rows: pd.DataFrame) -> list[Table]:
    """Return recall of each cell type by the best selector of each size, hardest first.

    ``recall`` holds the task's rows of recall.csv, ``rows`` those of summary.csv.
    """
    columns = {
        f"{answer['size']} genes: {answer['best']}": recall[
            (recall["selector"] == answer["best"]) & (recall["size"] == answer["size"])
        ].set_index("target")
        for answer in answers(rows[rows["metric"] == headline_of(rows["metric"])])
    }
    if not columns:
        return []
    parts = list(columns.values())
    average = pd.concat([part["mean"] for part in parts], axis=1).mean(axis=1)
    return [
        {"type": name, "test cells": parts[0]["n_cells"][name]}
        | {head: _cell(part.loc[name].to_dict()) for head, part in columns.items()}
        for name in average.sort_values(kind="stable").index
    ]


def audit_table(audit: pd.DataFrame) -> Table:
    """Return the audit of the first split's panels, a line per size and constraint, unmet first.

    ``n_unmet`` counts those that are not met; ``warnings`` say where the largest panel would crowd
    any platform.
    """
    rows = audit[audit["split"] == audit["split"].min()]
    heads = {"size": "genes", "constraint": "requirement"}
    ordered = rows.sort_values("met", kind="stable").rename(columns=heads)  # "no" before "yes"
    lines = ordered[["genes", "requirement", "wanted", "got", "met", "note"]].to_dict("records")
    crowding = rows[rows["constraint"] == "crowding"]
    largest = crowding[crowding["size"] == crowding["size"].max()]
    warnings = [
        f"The recommended {n} genes: {note}." for n, note in largest[["size", "note"]].values
    ]
    return {"lines": lines, "n_unmet": int((rows["met"] == "no").sum()), "warnings": warnings}


def smallest_table(smallest: pd.DataFrame) -> Table:
    """Return selectors by the smallest panel whose interval reaches the share, fewest first."""
    rows = smallest.assign(low=smallest["low"].map(_number))[["selector", "size", "low"]]
    reached = rows["size"] != NONE
    order = rows.loc[reached, "size"].astype(int).sort_values(kind="stable").index
    return {
        "share": f"{100 * smallest['share'].iloc[0]:g} %",
        "reached": rows.loc[order].to_dict("records"),
        "missed": rows[~reached].to_dict("records"),
    }


def robustness_table(robustness: pd.DataFrame) -> Table:
    """Return the first split's quality, a line per kind of inputs and size, by efficiency."""
    first = robustness[robustness["split"] == robustness["split"].min()]
    first = first.rename(columns={"value": "mean"})
    levels = sorted(set(first["efficiency"]), reverse=True)
    lines = []
    for (inputs, size), rows in first.groupby(["inputs", "size"], sort=False):
        cells = {row["efficiency"]: _cell(row) for row in rows.to_dict("records")}
        by_level = {f"{level:g}": cells.get(level) for level in levels}
        lines.append({"genes": int(size), "inputs": inputs, **by_level})
    metric = first["metric"].iloc[0]
    return {
        "lines": sorted(lines, key=lambda line: line["genes"]),
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

    ``splits`` holds what preparation recorded of each; `split` in it maps parts to cells, labels
    and donors.
    """
    rows = []
    for split, about in splits.items():
        parts = about.get("split", {}) if isinstance(about, Mapping) else {}
        for part in (name for name in ("train", "valid", "test") if name in parts):
            facts = parts[part]
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
