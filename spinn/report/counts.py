"""How many seeds, splits, cells and panels numbers rest on, in words."""

from typing import Any

import pandas as pd

from spinn.statistics.tiers import REFERENCES


def count(numbers: "pd.Series[Any]", noun: str) -> str:
    """Return "1 seed", "2 to 5 seeds" where rows differ, or "0 seeds" without rows."""
    text = span(numbers)
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"


def span(numbers: "pd.Series[Any]") -> str:
    """Return "2", "2 to 5" where rows differ, or "0" without rows."""
    if numbers.empty:
        return "0"
    low, high = int(numbers.min()), int(numbers.max())
    return str(low) if low == high else f"{low} to {high}"


def seeds_and_splits(rows: pd.DataFrame) -> str:
    """Return how many seeds and splits selectors have; random panels are no seeds."""
    rows = rows[~rows["selector"].isin(REFERENCES)]
    return f"{count(rows['n_seeds'], 'seed')}, {count(rows['n_splits'], 'split')}"


def behind(rows: pd.DataFrame, unit: str = "test cells or donors") -> str:
    """Return how many seeds, splits, resampled units and random panels rows of a table rest on."""
    rows = rows[rows["n_seeds"] > 0]  # not those of selectors that failed
    parts = [seeds_and_splits(rows)]
    if "n_blocks" in rows:
        blocks = rows.loc[~rows["selector"].isin(REFERENCES), "n_blocks"]
        parts.append(f"{span(blocks)} {unit} resampled")
    floor = rows[rows["selector"] == "floor"]
    if len(floor):
        parts.append(count(floor["n_seeds"], "random panel"))
    return ", ".join(parts)
