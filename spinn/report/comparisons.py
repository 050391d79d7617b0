"""Tables of selectors compared with each other, with random panels, and by cells and donors."""

import pandas as pd

from spinn.metrics.registry import LABEL
from spinn.report.counts import behind, count
from spinn.report.tables import Table, grid
from spinn.statistics.differences import better_than

_REFERENCES = {"floor": "random panels", "best": "the best of its size"}
_MEASURES = {
    "share": (
        "Between floor and ceiling",
        "Share of the way from random panels (0) to all genes (1)",
    ),
    "z": (
        "Among random panels: z-score",
        "Distance to the random panels' mean in their standard deviations, above 0 if better",
    ),
    "percentile": (
        "Among random panels: percentile",
        "Percentile among the random panels, 100 if better than all",
    ),
}
_DESIGNS = {
    "gap": "how much better by random cells than by donors, above 0 if better",
    "by_cells": "cells split at random",
    "by_donors": "whole donors held out",
}


def claims(differences: pd.DataFrame | None, metric: str) -> dict[int, str]:
    """Return, for each size, which selectors are better than random panels, by rows of one task.

    Only `better_than` decides: the intervals of all selectors and sizes together.
    """
    if differences is None:
        return {}
    rows = differences[(differences["metric"] == metric) & (differences["reference"] == "floor")]
    better = better_than(rows, "floor")
    return {
        int(size): "better than random: " + ", ".join(names)
        if (names := better.loc[better["size"] == size, "selector"].tolist())
        else "none is significantly better than random"
        for size in dict.fromkeys(rows["size"])
    }


def comparison_tables(
    differences: pd.DataFrame | None, normalised: pd.DataFrame | None, metric: str
) -> list[Table]:
    """Return tables of selectors by sizes, of the rows of one dataset and task.

    First the differences to each reference with intervals that hold together, then the measures of
    normalised.csv.
    """
    if differences is None or normalised is None:
        return []
    tables = []
    differences = differences[differences["metric"] == metric]
    for reference, rows in differences.groupby("reference", sort=False):
        name = _REFERENCES.get(str(reference), str(reference))
        ends = {"diff": "mean", "low_all": "low", "high_all": "high"}
        shown = rows.drop(columns=["low", "high"]).rename(columns=ends)
        words = f"{LABEL[metric]}: selector minus {name}; 95 % intervals that hold for all together"
        tables.append(_table(shown, f"Difference to {name}", f"{words}; {behind(shown)}"))
    normalised = normalised[normalised["metric"] == metric]
    for measure, rows in normalised.groupby("measure", sort=False):
        title, words = _MEASURES[str(measure)]
        words += f"; 95 % interval; {count(rows['n_null'], 'random panel')}; {behind(rows)}"
        tables.append(_table(rows.rename(columns={"value": "mean"}), title, words))
    return tables


def optimism_tables(optimism: pd.DataFrame | None, metric: str) -> list[Table]:
    """Return tables of one dataset's and task's headline by cells, by donors, and of the gap."""
    if optimism is None or optimism.empty:
        return []
    rows = optimism[optimism["metric"] == metric]
    units = f"{count(rows['n_donors'], 'donor')} against {count(rows['n_cells'], 'cell')}"
    tables = []
    for name, words in _DESIGNS.items():
        ends = {f"{name}_low": "low", f"{name}_high": "high"} if name != "gap" else {}
        shown = rows.drop(columns=list(ends.values())).rename(columns={name: "mean", **ends})
        caption = f"{LABEL[metric]}, {words}; 95 % intervals; {behind(rows)}; {units} resampled"
        title = f"Random cells or held-out donors: {words.partition(',')[0]}"
        tables.append(_table(shown, title, caption))
    return tables


def _table(rows: pd.DataFrame, title: str, caption: str) -> Table:
    return grid(rows) | {"title": title, "caption": caption}
