"""A run's numbers per test cell: they return from their file as written."""

import numpy as np
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.records.cells import read_cells, write_cells
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
