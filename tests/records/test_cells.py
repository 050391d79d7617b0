"""A run's scores and numbers per test cell: they come back from their files as written."""

import numpy as np
import pandas as pd
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.records.cells import SCORES, read_cells, read_scores, write_cells, write_scores
from tests.support.runs import scored_cells


def test_cells_survive_their_file(tmp_path):
    written = scored_cells(0)
    write_cells(tmp_path / "cells.npz", written)
    read = read_cells(tmp_path / "cells.npz")
    assert read.block.tolist() == written.block.tolist()
    assert read.classes.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(read.predicted, written.predicted)
    np.testing.assert_allclose(read.ratio["r2"], written.ratio["r2"], rtol=1e-6)
    bare = CellScores(np.array([2]), np.array(["x"]), mean={"knn_share": np.array([[0.5]])})
    write_cells(tmp_path / "bare.npz", bare)
    assert read_cells(tmp_path / "bare.npz").truth is None


def test_broken_files_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", sizes=np.array([4]))
    with pytest.raises(ValueError, match=r"must hold sizes and block, lacks \['block'\]"):
        read_cells(tmp_path / "a.npz")
    block = np.array(["x", "y"])
    np.savez(tmp_path / "b.npz", sizes=np.array([4]), block=block, **{"mean/r2": np.ones((1, 3))})
    with pytest.raises(ValueError, match=r"b\.npz: mean/r2 must have shape \(1, 2\), got"):
        read_cells(tmp_path / "b.npz")


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
