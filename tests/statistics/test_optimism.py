"""Random cells against held-out donors: planted gaps, their signs and intervals."""

import numpy as np
import pytest

from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.optimism import COLUMNS, optimism
from tests.support.optimism import N_CELLS, N_DONORS, optimism_table, runs


@pytest.mark.parametrize(("metric", "worse"), [("knn_share", 0.6), ("fvu_split", 0.8)])
def test_a_planted_gap_is_found_with_its_sign(metric, worse):
    rows = optimism_table(0.7, worse, metric=metric)
    assert tuple(rows.columns) == COLUMNS
    assert set(rows["dataset"]) == {"d"}
    assert rows["selector"].tolist() == ["a", "floor", "ceiling"]
    assert rows["size"].tolist() == [8, 8, 99]
    np.testing.assert_allclose(rows["gap"], 0.1, atol=0.02)
    np.testing.assert_allclose(rows["by_donors"], worse, atol=0.02)
    assert (rows["low"] > 0).all()
    assert (rows["n_cells"] == N_CELLS).all()
    assert (rows["n_donors"] == N_DONORS).all()


def test_the_gap_s_interval_is_that_of_independent_halves():
    row = optimism_table(0.7, 0.6).iloc[0]
    width = row["high"] - row["low"]
    one, other = (row[f"{name}_high"] - row[f"{name}_low"] for name in ("by_cells", "by_donors"))
    assert width == pytest.approx(np.hypot(one, other), rel=0.25)
    assert other > 3 * one  # donors differ more than cells


def test_without_a_gap_the_interval_holds_zero():
    row = optimism_table(0.6, 0.6).iloc[0]
    assert row["low"] < 0 < row["high"]


def test_data_sets_without_a_twin_give_an_empty_table():
    rows = optimism(bootstrap(runs("d", 0.5), n_bootstrap=50, seed=0), {"d": "d@cells"})
    assert tuple(rows.columns) == COLUMNS
    assert rows.empty
