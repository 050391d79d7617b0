"""Reading and writing tables row by row, in jobs that never import pandas."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def read_rows(path: Path | str) -> list[dict[str, str]]:
    """Read the rows of a CSV as they were written."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(
    path: Path | str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    float_format: str = "",
) -> None:
    """Write rows as a CSV; missing folders are made.

    ``float_format`` is that of floats, such as `.6g`; empty for all their digits.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {k: format(v, float_format) if isinstance(v, float) else v for k, v in row.items()}
            )
