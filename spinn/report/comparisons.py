"""What the report says of selectors beside each other, and what stands behind its numbers."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spinn.metrics.registry import LABEL
from spinn.report.tables import Table, grid
from spinn.statistics.differences import better_than
from spinn.statistics.tiers import REFERENCES

_MEASURES = {
    "share": "Share of the way from random panels (0) to all genes (1)",
    "z": "Distance to the random panels' mean in their standard deviations, above 0 if better",
    "percentile": "Percentile among the random panels, 100 if better than all",
}


def behind(rows: pd.DataFrame, unit: str = "test cells or donors") -> str:
    """Say how many seeds, splits and resampled units stand behind rows of a table.

    Random panels are counted apart; their number is the floor's `n_seeds`.
    """
    rows = rows[rows["n_seeds"] > 0]  # not those of selectors that failed
    own = rows[~rows["selector"].isin(REFERENCES)]
    parts = [_count(own["n_seeds"], "seed"), _count(own["n_splits"], "split")]
    if "n_blocks" in rows:
        parts.append(f"{_range(own['n_blocks'])} {unit} drawn anew")
    floor = rows[rows["selector"] == "floor"]
    if len(floor):
        parts.append(_count(floor["n_seeds"], "random panel"))
    return ", ".join(parts)


def claims(differences: pd.DataFrame, metric: str) -> Mapping[int, str]:
    """Say of each size which selectors are better than random panels, by rows of one task.

    Only `better_than` decides: the intervals of all selectors and sizes together.
    """
    own = differences[(differences["metric"] == metric) & (differences["reference"] == "floor")]
    found = better_than(own, "floor")
    return {
        int(size): "better than random: " + ", ".join(names)
        if (names := found.loc[found["size"] == size, "selector"].tolist())
        else "nobody is shown to beat them"
        for size in dict.fromkeys(own["size"])
    }


def comparison_tables(
    differences: pd.DataFrame, normalised: pd.DataFrame, metric: str
) -> list[Table]:
    """Return tables of selectors by sizes, of the rows of one dataset and task.

    First the differences to each reference with intervals that hold together, then the measures of
    normalised.csv.
    """
    tables = []
    own = differences[differences["metric"] == metric]
    for reference in dict.fromkeys(own["reference"]):
        rows = own[own["reference"] == reference]
        name = {"floor": "random panels", "best": "the best of its size"}.get(reference, reference)
        ends = {"diff": "mean", "low_all": "low", "high_all": "high"}
        shown = rows.drop(columns=["low", "high"]).rename(columns=ends)
        words = f"{LABEL[metric]}: selector minus {name}; 95 % intervals that hold for all together"
        tables.append(_table(shown, f"Difference to {name}", words))
    scores = normalised[normalised["metric"] == metric]
    for measure in dict.fromkeys(scores["measure"]):
        rows = scores[scores["measure"] == measure]
        words = f"{_MEASURES[measure]}; 95 % interval; {_count(rows['n_null'], 'random panel')}"
        tables.append(_table(rows.rename(columns={"value": "mean"}), _title(measure), words))
    return tables


def optimism_tables(optimism: pd.DataFrame | None, metric: str) -> list[Table]:
    """Return tables of one dataset's and task's headline by cells, by donors, and of the gap."""
    if optimism is None or optimism.empty:
        return []
    own = optimism[optimism["metric"] == metric]
    units = f"{_count(own['n_donors'], 'donor')} against {_count(own['n_cells'], 'cell')}"
    tables = []
    for name, words in (
        ("gap", "how much better by random cells than by donors, above 0 if better"),
        ("by_cells", "cells split at random"),
        ("by_donors", "whole donors held out"),
    ):
        ends = {f"{name}_low": "low", f"{name}_high": "high"} if name != "gap" else {}
        shown = own.drop(columns=list(ends.values())).rename(columns={name: "mean", **ends})
        caption = f"{LABEL[metric]}, {words}; 95 % intervals; {behind(own)}; {units} drawn anew"
        title = f"Random cells or held-out donors: {words.partition(',')[0]}"
        tables.append(grid(shown) | {"title": title, "caption": caption})
    return tables


def _table(rows: pd.DataFrame, title: str, words: str) -> Table:
    return grid(rows) | {"title": title, "caption": f"{words}; {behind(rows)}"}


def _title(measure: str) -> str:
    return {"share": "Between floor and ceiling", "z": "Among random panels: z-score"}.get(
        measure, "Among random panels: percentile"
    )


def _count(numbers: "pd.Series[Any]", noun: str) -> str:
    text = _range(numbers)
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"


def _range(numbers: "pd.Series[Any]") -> str:
    """Say "2", or "2 to 5" where rows differ; "0" of no rows (every selector failed)."""
    if numbers.empty:
        return "0"
    low, high = int(numbers.min()), int(numbers.max())
    return str(low) if low == high else f"{low} to {high}"
