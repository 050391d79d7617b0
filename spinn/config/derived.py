"""Data sets that a run derives from those of its config. Light: the rules of every job use it."""

from collections.abc import Mapping
from typing import Any

BY_CELLS = "@cells"
"""Ends the name of a data set whose cells are split at random; no name in a config can have it."""


def with_random_cells(
    datasets: Mapping[str, Mapping[str, Any]], *, compare_donors: bool
) -> dict[str, Mapping[str, Any]]:
    """Return the data sets, and each that has donors once more without them.

    The twin NAME@cells has no donor: its cells are split at random, and its intervals resample
    cells.
    """
    if not compare_donors:
        return dict(datasets)
    twins = {
        f"{name}{BY_CELLS}": {**about, "donor": None}
        for name, about in datasets.items()
        if about["donor"] is not None
    }
    return {**datasets, **twins}


def compared(datasets: Mapping[str, Any]) -> list[str]:
    """Return the names of the data sets that have a twin."""
    return [name for name in datasets if f"{name}{BY_CELLS}" in datasets]


def twin_of(name: str) -> str | None:
    """Return the name of the data set of which this is the twin, or None."""
    return name.removesuffix(BY_CELLS) if name.endswith(BY_CELLS) else None
