"""Paired differences: against loops, against the summary, and claims that hold together."""

import numpy as np
import pandas as pd
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.differences import COMPARED_TO, better_than, differences
from spinn.statistics.simultaneous import critical_value
from spinn.statistics.summary import summarize

N_CELLS = 120
COLUMNS = [
    *("dataset", "task", "size", "metric", "selector", "reference", "diff", "low", "high"),
    *("low_all", "high_all", "n_seeds", "n_splits", "n_blocks"),
]


def runs(levels: dict[str, float], *, seed: int = 0, metric: str = "knn_share", seeds=(0, 1)):
    """Runs with values around a level per cell; selectors share half of the cells' noise."""
    random = np.random.default_rng(seed)
    shared = random.normal(size=(2, N_CELLS))
    block = np.arange(N_CELLS).astype(str)
    members = []
    for name, level in levels.items():
        expected = level + shared + random.normal(size=shared.shape)
        for one in range(5) if name == "floor" else seeds:
            values = expected + 0.1 * random.normal(size=shared.shape)
            cells = CellScores(np.array([4, 8]), block, mean={metric: values})
            members.append(RunScores("d", 0, "t", name, one, cells))
    return members


def table(levels: dict[str, float], **options) -> pd.DataFrame:
    return differences(bootstrap(runs(levels, **options), n_bootstrap=200, seed=0))


LEVELS = {"greedy": 0.5, "a": 1.5, "greedy_split": 0.6, "floor": 0.0, "ceiling": 3.0}


def test_every_selector_is_compared_to_every_reference_but_itself():
    rows = table(LEVELS)
    assert list(rows.columns) == COLUMNS
    pairs = rows[rows["size"] == 4].groupby("reference", sort=False)["selector"].agg(list)
    assert pairs.to_dict() == {
        "best": ["greedy", "greedy_split"],
        "greedy": ["a", "greedy_split"],
        "greedy_split": ["greedy", "a"],
        "floor": ["greedy", "a", "greedy_split"],
    }
    assert (rows["n_seeds"] == 2).all()
    assert (rows["n_blocks"] == N_CELLS).all()
    alone = table({"a": 0.5})
    assert list(alone.columns) == COLUMNS
    assert alone.empty


def test_differences_are_the_summary_s_and_change_their_sign():
    tasks = bootstrap(runs(LEVELS), n_bootstrap=200, seed=0)
    rows = differences(tasks).set_index(["size", "reference", "selector"])
    summary = summarize(tasks).set_index(["size", "selector"])
    for size in (4, 8):
        for name in ("greedy", "greedy_split"):
            expected = summary.loc[size, name][["diff_to_best", "diff_low", "diff_high"]]
            row = rows.loc[size, "best", name]
            assert row[["diff", "low", "high"]].tolist() == pytest.approx(expected.tolist())
        there, back = rows.loc[size, "greedy", "a"], rows.loc[size, "best", "greedy"]
        assert [there["diff"], there["low"], there["high"]] == pytest.approx(
            [-back["diff"], -back["high"], -back["low"]]
        )
        means = summary.loc[size]["mean"]
        assert rows.loc[size, "floor", "a"]["diff"] == pytest.approx(means["a"] - means["floor"])


def test_the_family_is_all_selectors_and_sizes():
    (task,) = bootstrap(runs(LEVELS), n_bootstrap=200, seed=0)
    everything = differences([task])
    family = [
        task.draws[size, "knn_share"][name] - task.draws[size, "knn_share"]["floor"]
        for size in (4, 8)
        for name in ("greedy", "a", "greedy_split")
    ]
    critical = critical_value(np.stack(family))
    errors = [np.std(difference[1:]) for difference in family]
    rows = everything[everything["reference"] == "floor"]
    np.testing.assert_allclose(rows["high_all"] - rows["diff"], critical * np.array(errors))
    wide = rows["high_all"] - rows["low_all"] > rows["high"] - rows["low"]
    assert wide.all()
    best = everything[everything["reference"] == "best"]
    names = ("greedy", "a", "greedy_split")
    pairs = [
        task.draws[size, "knn_share"][one] - task.draws[size, "knn_share"][other]
        for size in (4, 8)
        for one in names
        for other in names
    ]
    errors = [np.std(task.draws[k, "knn_share"][s] - task.draws[k, "knn_share"]["a"])
              for k, s in zip(best["size"], best["selector"], strict=True)]  # fmt: skip
    reach = critical_value(np.stack(pairs)) * np.array(errors)
    np.testing.assert_allclose(best["high_all"] - best["diff"], reach, rtol=0.01)


@pytest.mark.parametrize("metric", ["knn_share", "fvu_split"])
def test_better_than_random_follows_the_direction(metric):
    def cells(level):
        values = np.full((2, N_CELLS), level) + np.random.default_rng(1).random((2, N_CELLS)) / 9
        if metric == "knn_share":
            return CellScores(
                np.array([4, 8]), np.arange(N_CELLS).astype(str), mean={metric: values}
            )
        ratio = np.stack([values, np.ones_like(values)])
        return CellScores(np.array([4, 8]), np.arange(N_CELLS).astype(str), ratio={metric: ratio})

    levels = {"high": 0.9, "low": 0.1, "floor": 0.5}
    chosen = [RunScores("d", 0, "t", name, 0, cells(level)) for name, level in levels.items()]
    rows = differences(bootstrap(chosen, n_bootstrap=60, seed=0))
    winner = "high" if metric == "knn_share" else "low"
    assert set(better_than(rows, "floor")["selector"]) == {winner}
    assert better_than(rows, "greedy").empty


def test_equals_are_rarely_called_better_than_random():
    names = dict.fromkeys("abcdefgh", 0.0) | {"floor": 0.0}
    claims = single = 0
    for seed in range(60):
        rows = table(names, seed=seed)
        claims += len(better_than(rows, "floor")) > 0
        single += (rows.loc[rows["reference"] == "floor", "low"] > 0).any()
    assert claims <= 6
    assert single >= 12  # what sixteen single intervals would claim


def test_without_numbers_per_cell_nothing_is_claimed():
    rows = pd.DataFrame(
        [
            ("d", 0, "t", name, seed, 4, "all", "redundancy", value)
            for seed in (0, 1)
            for name, value in {"a": 0.2, "floor": 0.9}.items()
        ],
        columns=[*("dataset", "split", "task", "selector", "seed", "size", "target"),
                 *("metric", "value")],
    )  # fmt: skip
    chosen = runs({"a": 0.0, "floor": 0.0})
    everything = differences(bootstrap(chosen, rows, n_bootstrap=50, seed=0))
    redundancy = everything[everything["metric"] == "redundancy"]
    assert redundancy["diff"].tolist() == pytest.approx([-0.7])
    assert redundancy[["low_all", "high_all"]].isna().all(axis=None)
    assert better_than(redundancy, "floor").empty


def test_the_references_are_those_of_the_contract():
    assert COMPARED_TO == ("best", "greedy", "greedy_split", "floor")
