"""What a panel for types and genes at once costs either, next to what it was chosen from."""

from typing import Any

import pandas as pd

from spinn.metrics.registry import LABEL
from spinn.report.tables import Table

_NORMAL = 1.96  # standard errors to either end of a normal variable's 95 % interval


def first_run(tradeoff: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first split and seed, which the recommended panels are from."""
    first = tradeoff[tradeoff["split"] == tradeoff["split"].min()]
    return first[first["seed"] == first["seed"].iloc[0]]


def with_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the ends of the prices' 95 % intervals, low and high."""
    reach = _NORMAL * rows["standard_error"]
    return rows.assign(low=rows["price"] - reach, high=rows["price"] + reach)


def tradeoff_tables(tradeoff: pd.DataFrame) -> list[Table]:
    """Return a table per size, a line per candidate, of one dataset's and task's tradeoff.csv."""
    return [_of_size(size, rows) for size, rows in first_run(tradeoff).groupby("size")]


def _of_size(size: Any, rows: pd.DataFrame) -> Table:
    taken = rows.loc[rows["taken"] == "yes", "candidate"].iloc[0]
    lines = [
        _line(str(candidate), part) for candidate, part in rows.groupby("candidate", sort=False)
    ]
    return {"size": size, "taken": taken, "lines": lines}


def _line(candidate: str, rows: pd.DataFrame) -> dict[str, Any]:
    line = {"panel": candidate, "taken": "taken" if (rows["taken"] == "yes").any() else ""}
    for row in with_ends(rows).to_dict("records"):
        ends = f"[{row['low']:.4f}, {row['high']:.4f}]"
        line[f"price for {row['goal']}: {LABEL[row['metric']]}"] = f"{row['price']:.4f} {ends}"
    return line
