"""Reading the tables of a run."""

from pathlib import Path

import pandas as pd

# Names stay text even if they look like numbers: a data set called 2024, a gene or type called NA.
TEXT = (
    *("dataset", "task", "selector", "reference", "target", "metric", "measure", "gene", "why"),
    *("constraint", "wanted", "got", "met", "note", "role", "substitutes", "inputs", "failed"),
)


def read_table(path: Path | str) -> pd.DataFrame:
    """Read a CSV of results; names stay as they were written, empty numbers are NaN."""
    header = pd.read_csv(path, nrows=0).columns
    return pd.read_csv(path, converters={name: str for name in TEXT if name in header})
