"""Scores of many runs: read with their cells, without failed runs and single genes."""

import pandas as pd

from spinn.records.cells import SCORES, read_cells, write_scores
from spinn.records.scores import read_scores
from tests.support.runs import scored_cells

KEYS = {"dataset": "2024", "split": 1, "task": "t", "selector": "greedy", "seed": 0}


def test_scores_are_read_with_their_cells_but_for_failed_runs_and_single_genes(tmp_path):
    row = {"size": 4, "target": "all", "metric": "r2", "value": 1 / 3}
    of_gene = {**row, "metric": "r2_gene", "target": "CD3E"}
    write_scores(tmp_path / "run" / "scores.csv", KEYS, [row, of_gene], scored_cells(0))
    write_scores(tmp_path / "failed" / "scores.csv", KEYS, [], None)
    text = (tmp_path / "run" / "scores.csv").read_text()
    assert text.splitlines()[:2] == [",".join(SCORES), "2024,1,t,greedy,0,4,all,r2,0.333333"]
    folders = (tmp_path / "run", tmp_path / "failed")
    rows, runs = read_scores(
        [str(folder / "scores.csv") for folder in folders],
        [str(folder / "cells.npz") for folder in folders],
    )
    expected = pd.DataFrame([{**KEYS, **row, "value": 0.333333}])
    pd.testing.assert_frame_equal(rows, expected, check_dtype=False)
    ((*keys, cells),) = runs
    assert keys == list(KEYS.values())
    assert cells.block.tolist() == scored_cells(0).block.tolist()
    assert read_cells(tmp_path / "failed" / "cells.npz").sizes.size == 0
