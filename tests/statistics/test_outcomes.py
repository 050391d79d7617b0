"""Costs and failures of runs, and the rows of those that failed."""

import numpy as np
import pandas as pd
import pytest

from spinn.panel import PanelPath
from spinn.statistics.outcomes import cost_table, failures, judged, with_failed


def path(selector, *, split=0, seed=0, task="classification", **more):
    made = {"seconds": 2.0 + seed, "peak_mb": 100.0}
    place = {"dataset": "d", "split": split, "task": task, "selector": selector, "seed": seed}
    return PanelPath((), (), {**place, "made_by": made, "settings": {}, **more})


def summary():
    rows = [
        ("d", task, size, metric, who, 0.5, 0.4, 0.6, 1, 2)
        for task, metric in (("classification", "macro_f1"), ("reconstruction", "fvu_split"))
        for who, size in (("greedy", 4), ("greedy", 8), ("floor", 4), ("floor", 8), ("ceiling", 99))
    ]
    columns = "dataset task size metric selector mean low high tier n_seeds"
    table = pd.DataFrame(rows, columns=columns.split()).assign(n_splits=1, n_blocks=9)
    return table.astype(dict.fromkeys(("tier", "n_seeds", "n_splits", "n_blocks"), "Int64"))


def test_every_run_has_a_row_with_its_cost():
    repairs = {"8": {"by_greedy": 2, "repeated": 3}, "4": {"by_greedy": 1}}
    unknown = {"made_by": {"seconds": 1.0, "peak_mb": None}}
    table = cost_table(
        [
            path("greedy", **unknown),
            path("cosg", seed=1, settings={"repairs": repairs}),
            path("spapros", failed="over its time limit of 9 s"),
        ]
    )
    names = "dataset split task selector seed seconds peak_mb filled failed"
    assert table.columns.tolist() == names.split()
    assert table["seconds"].tolist() == [1.0, 3.0, 2.0]
    assert np.isnan(table["peak_mb"][0])
    assert table["filled"].tolist() == [0, 2, 0]
    assert table["failed"].tolist() == ["", "", "over its time limit of 9 s"]


def test_older_files_without_a_peak_are_read():
    table = cost_table([path("greedy", made_by={"seconds": 1.0})])
    assert np.isnan(table["peak_mb"][0])


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        ([], False),
        ([(0, 0)], False),  # one seed less
        ([(0, 0), (1, 1)], False),
        ([(0, 0), (0, 1)], True),  # a split without panels
        ([(0, 0), (0, 1), (1, 0), (1, 1)], True),
    ],
)
def test_a_selector_has_failed_without_panels_in_a_split(failed, expected):
    runs = [
        path("cosg", split=split, seed=seed, **({"failed": "x"} if (split, seed) in failed else {}))
        for split in (0, 1)
        for seed in (0, 1)
    ]
    costs = cost_table([*runs, path("greedy")])
    assert failures(costs) == ({("d", "classification", "cosg"): "x"} if expected else {})


def test_a_failed_selector_has_an_empty_row_per_size_and_headline():
    costs = cost_table(
        [
            path("greedy"),
            path("cosg", failed="x"),
            path("greedy", task="reconstruction"),
        ]
    )
    before = summary()
    table = with_failed(before, costs)
    pd.testing.assert_frame_equal(table.head(len(before)), before)
    pd.testing.assert_series_equal(table.dtypes, before.dtypes)
    added = table.tail(-len(before))
    assert added[["dataset", "task", "selector", "metric", "size"]].to_numpy().tolist() == [
        ["d", "classification", "cosg", "macro_f1", 4],
        ["d", "classification", "cosg", "macro_f1", 8],
    ]
    assert added[["mean", "low", "high", "tier"]].isna().all(axis=None)
    assert (added[["n_seeds", "n_splits", "n_blocks"]] == 0).all(axis=None)
    pd.testing.assert_frame_equal(judged(table), before)


def test_where_nothing_failed_nothing_is_added():
    assert with_failed(summary(), cost_table([path("greedy")])).equals(summary())
