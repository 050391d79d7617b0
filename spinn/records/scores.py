"""Reading the scores of many runs, for the tables of a whole one."""

from collections.abc import Sequence

import pandas as pd

from spinn.metrics.cell_scores import CellScores
from spinn.records.cells import read_cells
from spinn.records.tables import read_table

PER_GENE = "r2_gene"  # a row per gene: too many for the table of a whole run
Scores = tuple[str, int, str, str, int, CellScores]
"""dataset, split, task, selector, seed, and the numbers per test cell."""


def read_scores(scores: Sequence[str], cells: Sequence[str]) -> tuple[pd.DataFrame, list[Scores]]:
    """Return the rows of all scores.csv, those of single genes left out, and every run's numbers.

    Runs that failed are left out: they have neither.
    """
    tables = {path: read_table(table) for table, path in zip(scores, cells, strict=True)}
    tables = {path: table for path, table in tables.items() if len(table)}
    rows = pd.concat(tables.values(), ignore_index=True)
    runs = []
    for path, table in tables.items():
        first = table.iloc[0]
        keys = str(first["dataset"]), int(first["split"]), str(first["task"])
        runs.append((*keys, str(first["selector"]), int(first["seed"]), read_cells(path)))
    return rows[rows["metric"] != PER_GENE], runs
