"""Recall of cell types: values, intervals of rare types, donors."""

import numpy as np
import pandas as pd
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.proportions import wilson
from spinn.statistics.recalls import recalls

TRUTH = np.repeat([0, 1, 2], [60, 37, 3])
COLUMNS = [
    *("dataset", "task", "size", "selector", "target", "n_cells", "mean", "low", "high"),
    *("n_seeds", "n_splits", "n_blocks"),
]


def run(seed: int, right: float, *, split: int = 0, donors: int = 0, truth=TRUTH) -> RunScores:
    """A selector that recognises a share of every type but the last, which it always does."""
    random = np.random.default_rng([seed, split])
    is_right = (random.random((2, len(truth))) < right) | (truth == 2)
    block = np.arange(len(truth)) % donors if donors else np.arange(len(truth))
    cells = CellScores(
        sizes=np.array([8, 4]),
        block=block.astype(str),
        truth=truth,
        classes=np.array(["a", "b", "rare", "absent"]),
        predicted=np.where(is_right, truth, (truth + 1) % 3),
    )
    return RunScores("d", split, "classification", "s", seed, cells)


def test_values_are_shares_of_each_type_s_cells():
    runs = [run(seed, 0.7, split=split) for seed in (0, 1) for split in (0, 1)]
    table = recalls(runs, n_bootstrap=200, seed=0)
    assert list(table.columns) == COLUMNS
    assert set(table["target"]) == {"a", "b", "rare"}
    assert set(table["n_cells"]) == {60, 37, 3}
    assert table[["n_seeds", "n_splits"]].eq(2).all(axis=None)
    for at, size in enumerate((8, 4)):
        for kind, name in enumerate(("a", "b", "rare")):
            shares = [(r.cells.predicted[at] == TRUTH)[kind == TRUTH].mean() for r in runs]
            row = table[(table["size"] == size) & (table["target"] == name)].iloc[0]
            assert row["mean"] == pytest.approx(np.mean(shares))
            assert row["low"] <= row["mean"] <= row["high"]


def test_a_rare_type_that_is_always_recognised_has_a_wide_interval():
    table = recalls([run(0, 0.7)], n_bootstrap=200, seed=0).set_index(["size", "target"])
    rare = table.loc[(8, "rare")]
    assert (rare["mean"], rare["high"]) == (1, 1)
    assert rare["low"] == pytest.approx(float(wilson(1.0, 3)[0]))
    assert rare["low"] < 0.5


def test_the_interval_is_about_the_binomial_one_and_wider_between_donors():
    truth = np.zeros(400, dtype=np.int64)
    loose = recalls([run(0, 0.6, truth=truth)], n_bootstrap=500, seed=0).iloc[0]
    low, high = wilson(loose["mean"], 400)
    assert (loose["low"], loose["high"]) == pytest.approx((low, high), abs=0.02)
    one = run(0, 0.6, truth=truth, donors=4)
    donor = one.cells.block.astype(int)
    apart = one.cells.predicted.copy()
    apart[:, donor == 0] = 0
    apart[:, donor == 1] = 1
    cells = CellScores(**{**vars(one.cells), "predicted": apart})
    between = recalls([one._replace(cells=cells)], n_bootstrap=500, seed=0).iloc[0]
    assert between["high"] - between["low"] > 3 * (loose["high"] - loose["low"])
    assert between["n_blocks"] == 4


def test_without_types_the_table_is_empty():
    plain = CellScores(np.array([4]), np.array(["x", "y"]), mean={"knn_share": np.ones((1, 2))})
    table = recalls([RunScores("d", 0, "t", "s", 0, plain)], n_bootstrap=50, seed=0)
    assert list(table.columns) == COLUMNS
    assert table.empty
    assert isinstance(table, pd.DataFrame)
