"""Data sets that a run derives from those of its config. Light: every job's rules read it."""

from collections.abc import Mapping
from typing import Any

BY_CELLS = "@cells"
"""Behind a data set's name where its cells are split at random; a config's names cannot have it."""


def with_random_cells(
    datasets: Mapping[str, Mapping[str, Any]], *, compare_donors: bool
) -> dict[str, Mapping[str, Any]]:
    """Return the data sets, and each with donors once more as if nobody knew them.

    The twin NAME@cells has no donor: its cells are split at random, and its intervals draw cells.
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
