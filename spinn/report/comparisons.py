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


def claims(differences: pd.DataFrame, metric: str) -> dict[int, str]:
    """Return, for each size, which selectors are better than random panels, by rows of one task.

    Only `better_than` decides: the intervals of all selectors and sizes together.
    """
    rows = differences[(differences["metric"] == metric) & (differences["reference"] == "floor")]
    better = better_than(rows, "floor")
    return {
        int(size): "better than random: " + ", ".join(names)
        if (names := better.loc[better["size"] == size, "selector"].tolist())
        else "none is significantly better than random"
        for size in dict.fromkeys(rows["size"])
    }


def difference_tables(differences: pd.DataFrame, metric: str) -> list[Table]:
    """Return differences to each reference, selectors by sizes, of one dataset and task.

    Their intervals hold together.
    """
    tables = []
    differences = differences[differences["metric"] == metric].drop(columns=["low", "high"])
    ends = {"diff": "mean", "low_all": "low", "high_all": "high"}
    for reference, rows in differences.rename(columns=ends).groupby("reference", sort=False):
        name = _REFERENCES.get(str(reference), str(reference))
        words = f"{LABEL[metric]}: selector minus {name}; 95 % intervals that hold for all together"
        words += f"; {behind(rows)}"
        tables.append(grid(rows) | {"title": f"Difference to {name}", "caption": words})
    return tables


def normalised_tables(normalised: pd.DataFrame, metric: str) -> list[Table]:
    """Return the measures of normalised.csv, selectors by sizes, of one dataset and task."""
    tables = []
    normalised = normalised[normalised["metric"] == metric].rename(columns={"value": "mean"})
    for measure, rows in normalised.groupby("measure", sort=False):
        title, words = _MEASURES[str(measure)]
        words += f"; 95 % interval; {count(rows['n_null'], 'random panel')}; {behind(rows)}"
        tables.append(grid(rows) | {"title": title, "caption": words})
    return tables


def optimism_tables(optimism: pd.DataFrame, metric: str) -> list[Table]:
    """Return tables of one dataset's and task's headline by cells, by donors, and of the gap."""
    if optimism.empty:
        return []
    rows = optimism[optimism["metric"] == metric]
    units = f"{count(rows['n_donors'], 'donor')} against {count(rows['n_cells'], 'cell')}"
    tables = []
    for name, words in _DESIGNS.items():
        ends = {f"{name}_low": "low", f"{name}_high": "high"} if name != "gap" else {}
        shown = rows.drop(columns=list(ends.values())).rename(columns={name: "mean", **ends})
        caption = f"{LABEL[metric]}, {words}; 95 % intervals; {behind(rows)}; {units} resampled"
        title = f"Random cells or held-out donors: {words.partition(',')[0]}"
        tables.append(grid(shown) | {"title": title, "caption": caption})
    return tables
