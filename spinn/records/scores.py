"""Reading the scores of many runs, for the tables of a whole one."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from spinn.metrics.cell_scores import CellScores
from spinn.records.cells import read_cells
from spinn.records.tables import read_table

PER_GENE = "r2_gene"  # a row per gene: too many for the table of a whole run


class RunScores(NamedTuple):
    """One selector with one seed on one split, and its numbers per test cell."""

    dataset: str
    split: int
    task: str
    selector: str
    seed: int
    cells: CellScores


def read_scores(
    scores: Sequence[str], cells: Sequence[str]
) -> tuple[pd.DataFrame, list[RunScores]]:
    """Return the rows of all scores.csv, those of single genes left out, and every run's numbers.

    Runs that failed are left out: they have neither.
    """
    tables = {path: read_table(table) for table, path in zip(scores, cells, strict=True)}
    tables = {path: table for path, table in tables.items() if len(table)}
    rows = pd.concat(tables.values(), ignore_index=True)
    runs = []
    for path, table in tables.items():
        first = table.iloc[0]
        run = {name: str(first[name]) for name in ("dataset", "task", "selector")}
        of_run = RunScores(
            split=int(first["split"]), seed=int(first["seed"]), cells=read_cells(path), **run
        )
        runs.append(of_run)
    return rows[rows["metric"] != PER_GENE], runs
