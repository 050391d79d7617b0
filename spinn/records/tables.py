"""Reading the tables of a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

# Names stay text even if they look like numbers: a data set called 2024, a gene or type called NA.
TEXT = (
    *("dataset", "task", "selector", "reference", "target", "metric", "measure", "gene", "why"),
    *("id", "symbol"),
    *("constraint", "wanted", "got", "met", "note", "role", "substitutes", "inputs", "failed"),
    *("load_type", "load_unit", "required"),
    *("type", "sibling", "markers", "verdict"),
    *("candidate", "taken", "goal"),
)


def read_table(path: Path | str) -> pd.DataFrame:
    """Read a CSV of results; names stay as they were written, empty numbers are NaN."""
    header = pd.read_csv(path, nrows=0).columns
    return pd.read_csv(path, converters={name: str for name in TEXT if name in header})


def read_together(
    paths: Sequence[Path | str], keys: Sequence[Mapping[str, Any]] | None = None
) -> pd.DataFrame:
    """Read tables with the same columns as one; ``keys`` holds further columns of each table."""
    further = keys if keys is not None else [{}] * len(paths)
    tables = [read_table(path).assign(**each) for path, each in zip(paths, further, strict=True)]
    return pd.concat(tables, ignore_index=True)
