"""The bootstrap against naive loops, its pairing, and tiers on null and planted cases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.metrics.cell_scores import CellScores, measures
from spinn.metrics.prediction import confusion, macro_f1
from spinn.records.cells import read_cells, write_cells
from spinn.statistics.bootstrap import Run, bootstrap
from spinn.statistics.resampling import Resampling
from spinn.statistics.summary import summarize
from spinn.statistics.tiers import compare, interval

COLUMNS = [
    *("dataset", "task", "size", "metric", "selector", "mean", "low", "high"),
    *("diff_to_best", "diff_low", "diff_high", "tier", "n_seeds", "n_splits", "n_blocks"),
]


def summary_of(runs, scores=None, **options) -> pd.DataFrame:
    return summarize(bootstrap(runs, scores, **options))


def cells(seed: int, *, quality: float = 0.6, n: int = 50, donors: int = 0, sizes=(4, 8)):
    random = np.random.default_rng(seed)
    truth = np.random.default_rng(99).integers(3, size=n)
    right = random.random((len(sizes), n)) < quality
    total = 1 + random.random((len(sizes), n))
    return CellScores(
        sizes=np.array(sizes),
        block=np.array([f"d{i % donors}" if donors else f"c{i}" for i in range(n)]),
        ratio={"r2": np.stack([total * (1 - quality) * random.random(total.shape), total])},
        mean={"knn_share": random.random((len(sizes), n)) * quality},
        truth=truth,
        classes=np.array(["a", "b", "c"]),
        predicted=np.where(right, truth, random.integers(3, size=right.shape)),
    )


def run(selector: str, seed: int, *, split: int = 0, **options) -> Run:
    number = int.from_bytes(f"{selector}{seed}{split}".encode(), "big") % 2**32
    return Run("data", split, "classification", selector, seed, cells(number, **options))


def rows_of(summary: pd.DataFrame, metric: str, size: int) -> pd.DataFrame:
    chosen = summary[(summary["metric"] == metric) & (summary["size"] == size)]
    return chosen.set_index("selector")


def test_cells_survive_their_file(tmp_path):
    written = cells(0)
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
    with pytest.raises(ValueError, match=r"b\.npz: mean/r2 must have shape \(1, 2\), came"):
        read_cells(tmp_path / "b.npz")
    with pytest.raises(ValueError, match="must come together"):
        CellScores(np.array([4]), block, truth=np.array([0, 1]))


@given(seed=st.integers(0, 1000))
def test_measures_agree_with_repeated_cells(seed):
    scores = cells(seed)
    weights = np.random.default_rng(seed).integers(0, 3, size=(4, 50)).astype(float)
    found = measures(scores, weights)
    for draw, weight in enumerate(weights.astype(int)):
        again = np.repeat(np.arange(50), weight)
        for size in range(2):
            top, bottom = scores.ratio["r2"][:, size, again].sum(axis=1)
            assert found["r2"][draw, size] == pytest.approx(1 - top / bottom)
            share = scores.mean["knn_share"][size, again].mean()
            assert found["knn_share"][draw, size] == pytest.approx(share)
            counts = confusion(scores.truth[again], scores.predicted[size, again], 3)
            assert found["macro_f1"][draw, size] == pytest.approx(macro_f1(counts))


def test_measures_without_denominator_are_nan():
    nothing = CellScores(np.array([1]), np.array(["x"]), ratio={"fvu_split": np.zeros((2, 1, 1))})
    assert np.isnan(measures(nothing)["fvu_split"])


def test_summary_agrees_with_loops():
    """The same weights, cell by cell and seed by seed."""
    runs = [run(name, seed, split=split) for name in "ab" for seed in (0, 1) for split in (0, 1)]
    summary = summary_of(runs, n_bootstrap=40, seed=5)
    assert list(summary.columns) == COLUMNS
    random = Resampling("5/data/classification", 40)
    draws = {}
    for name in "ab":
        total = np.zeros(41)
        for split in (0, 1):
            weights = np.vstack(list(random.cells(split, runs[0].cells.block, 50)))
            seeds = random.seeds(split, 2)
            for one in (r for r in runs if (r.selector, r.split) == (name, split)):
                for draw in range(41):
                    again = np.repeat(np.arange(50), weights[draw].astype(int))
                    counts = confusion(one.cells.truth[again], one.cells.predicted[1, again], 3)
                    total[draw] += macro_f1(counts) * seeds[draw, one.seed] / 2
        draws[name] = total
    found = rows_of(summary, "macro_f1", 8)
    best = max("ab", key=lambda name: draws[name][0])
    for name in "ab":
        assert found.loc[name, "mean"] == pytest.approx(draws[name][0])
        low, high = np.percentile(draws[name][1:], [2.5, 97.5])
        assert found.loc[name, ["low", "high"]].tolist() == pytest.approx([low, high])
        low, high = np.percentile((draws[name] - draws[best])[1:], [2.5, 97.5])
        assert found.loc[name, ["diff_low", "diff_high"]].tolist() == pytest.approx([low, high])
    assert set(summary["n_splits"]) == set(summary["n_seeds"]) == {2}
    assert set(summary["n_blocks"]) == {50}


@pytest.mark.parametrize("n_units", [2, 3, 8])
def test_few_seeds_and_donors_vary_by_the_unbiased_variance(n_units):
    values = np.random.default_rng(n_units).normal(size=n_units)
    random = Resampling("key", 20_000)
    donors = np.vstack(list(random.cells(0, np.arange(n_units).astype(str), n_units)))
    for weights in (random.seeds(0, n_units), donors / donors.sum(axis=1, keepdims=True)):
        np.testing.assert_allclose(weights[0], 1 / n_units)
        np.testing.assert_allclose(weights.sum(axis=1), 1)
        spread = np.var(weights[1:] @ values)
        assert spread == pytest.approx(values.var(ddof=1) / n_units, rel=0.05)
    assert (random.seeds(0, 1) == 1).all()


def test_estimates_do_not_depend_on_draws_or_order_of_cells():
    first = run("a", 0)
    order = np.random.default_rng(0).permutation(50)
    shuffled = replace(
        first.cells,
        block=first.cells.block[order],
        ratio={name: array[..., order] for name, array in first.cells.ratio.items()},
        mean={name: array[..., order] for name, array in first.cells.mean.items()},
        truth=first.cells.truth[order],
        predicted=first.cells.predicted[:, order],
    )
    one = summary_of([first], n_bootstrap=20, seed=0)
    other = summary_of([first._replace(cells=shuffled)], n_bootstrap=20, seed=1)
    np.testing.assert_allclose(one["mean"], other["mean"])


def test_nobody_changes_by_the_company_he_keeps(monkeypatch):
    alone = summary_of([run("a", 0), run("a", 1)], n_bootstrap=30, seed=0)
    monkeypatch.setattr("spinn.statistics.resampling._CHUNK", 200)  # and not by memory
    runs = [run("b", 0), run("a", 1), run("a", 0), run("b", 1)]
    together = summary_of(runs, n_bootstrap=30, seed=0)
    together = together[together["selector"] == "a"].reset_index(drop=True)
    columns = ["size", "metric", "mean", "low", "high"]
    pd.testing.assert_frame_equal(alone[columns], together[columns])


def test_twins_do_not_differ_at_all():
    runs = [run("a", seed) for seed in (0, 1)]
    runs += [one._replace(selector="twin") for one in runs]
    summary = summary_of(runs, n_bootstrap=30, seed=0)
    assert (summary[["diff_to_best", "diff_low", "diff_high"]] == 0).all(axis=None)
    assert (summary["tier"] == 1).all()


def test_whole_donors_are_drawn():
    """Within a donor cells are alike: the interval must be as wide as donors differ."""
    donor = np.arange(60) % 3
    values = np.array([0.1, 0.5, 0.9])[donor][None]
    one = CellScores(np.array([4]), donor.astype(str), mean={"knn_share": values})
    own = summary_of([Run("d", 0, "t", "a", 0, one)], n_bootstrap=400, seed=0).iloc[0]
    assert own["n_blocks"] == 3
    assert own["low"] == pytest.approx(0.1, abs=0.14)
    assert own["high"] == pytest.approx(0.9, abs=0.14)
    loose = replace(one, block=np.arange(60).astype(str))
    free = summary_of([Run("d", 0, "t", "a", 0, loose)], n_bootstrap=400, seed=0).iloc[0]
    assert free["high"] - free["low"] < 0.5 * (own["high"] - own["low"])
    single = replace(one, block=np.full(60, "only"))
    lone = summary_of([Run("d", 0, "t", "a", 0, single)], n_bootstrap=400, seed=0).iloc[0]
    assert lone["n_blocks"] == 1
    assert lone["high"] - lone["low"] == pytest.approx(free["high"] - free["low"], rel=0.2)


def test_floor_and_ceiling_stand_aside():
    runs = [run("a", seed, quality=0.5) for seed in (0, 1)]
    runs += [run("floor", draw, quality=0.95) for draw in range(5)]
    runs += [run("ceiling", 0, quality=0.99, sizes=(300,))]
    summary = summary_of(runs, n_bootstrap=50, seed=0)
    aside = summary["selector"].isin(["floor", "ceiling"])
    assert summary.loc[aside, "tier"].isna().all()
    assert (summary.loc[~aside, "tier"] == 1).all()
    floor = rows_of(summary, "macro_f1", 4).loc["floor"]
    assert floor["diff_to_best"] > 0
    assert floor["n_seeds"] == 5
    assert rows_of(summary, "macro_f1", 300).loc["ceiling", ["diff_to_best"]].isna().all()


def test_planted_tiers_are_found():
    def planted(name: str, level: float) -> list[Run]:
        random = np.random.default_rng(round(level * 1e4))
        noise = np.random.default_rng(0).normal(size=400)  # shared: what pairing takes away
        values = level + noise + 0.02 * random.normal(size=(2, 1, 400))
        block = np.arange(400).astype(str)
        scores = [CellScores(np.array([4]), block, mean={"knn_share": v}) for v in values]
        return [Run("d", 0, "t", name, seed, one) for seed, one in enumerate(scores)]

    levels = {"c": 0.5, "a1": 0.7, "a2": 0.7005, "b": 0.6}
    runs = [one for name, level in levels.items() for one in planted(name, level)]
    found = summary_of(runs, n_bootstrap=200, seed=0).set_index("selector")
    assert found["tier"].to_dict() == {"c": 3, "a1": 1, "a2": 1, "b": 2}
    # Told apart by pairing alone: their own intervals overlap.
    assert found.loc["b", "high"] > found.loc["a1", "low"]
    assert found.loc["b", "diff_high"] < 0


def test_equals_share_the_first_tier():
    in_first = []
    for trial in range(20):
        runs = [run(f"{name}{trial}", seed) for name in "abcd" for seed in (0, 1)]
        tiers = rows_of(summary_of(runs, n_bootstrap=150, seed=trial), "macro_f1", 8)["tier"]
        in_first.append((tiers == 1).all())
    assert np.mean(in_first) >= 0.75


def test_metrics_without_cells_come_from_the_rows():
    runs = [run(name, seed) for name in "ab" for seed in (0, 1)]
    values = {("a", 0): 0.2, ("a", 1): 0.4, ("b", 0): 0.8, ("b", 1): 0.8}
    tidy = [
        {"selector": name, "seed": seed, "metric": metric, "value": value, "target": target}
        for (name, seed), value in values.items()
        for metric, target in (("redundancy", "all"), ("macro_f1", "all"), ("recall", "a"))
    ]
    rows = pd.DataFrame(tidy).assign(dataset="data", split=0, task="classification", size=4)
    summary = summary_of(runs, rows, n_bootstrap=100, seed=0)
    assert "recall" not in set(summary["metric"])
    found = rows_of(summary, "redundancy", 4)
    assert found.loc["a", ["mean", "low", "high"]].tolist() == pytest.approx([0.3, 0.2, 0.4])
    assert found.loc["b", ["mean", "low", "high"]].tolist() == pytest.approx([0.8, 0.8, 0.8])
    assert found.loc["b", "diff_to_best"] == pytest.approx(0.5)
    assert found["tier"].isna().all()
    cells_only = summary_of(runs, n_bootstrap=100, seed=0)
    pd.testing.assert_frame_equal(
        summary[summary["metric"] == "macro_f1"].reset_index(drop=True),
        cells_only[cells_only["metric"] == "macro_f1"].reset_index(drop=True),
    )
    with pytest.raises(ValueError, match=r"metrics must be among .*came \['charm'\]"):
        summary_of(runs, rows.assign(metric="charm"), n_bootstrap=5, seed=0)


def test_one_seed_alone_gives_no_interval_to_metrics_without_cells():
    runs = [run("a", 0), run("b", 0), run("b", 1)]
    rows = pd.DataFrame(
        [("a", 0, 0.2), ("b", 0, 0.3), ("b", 1, 0.5)], columns=["selector", "seed", "value"]
    ).assign(
        dataset="data", split=0, task="classification", size=4, metric="redundancy", target="all"
    )
    found = rows_of(summary_of(runs, rows, n_bootstrap=50, seed=0), "redundancy", 4)
    assert found.loc["a", "mean"] == pytest.approx(0.2)
    assert found.loc["a", ["low", "high", "diff_low", "diff_high"]].isna().all()
    assert found.loc["b", ["low", "high"]].tolist() == pytest.approx([0.3, 0.5])


def test_uncomparable_runs_are_refused():
    with pytest.raises(ValueError, match="at least one run"):
        summary_of([], n_bootstrap=5, seed=0)
    with pytest.raises(ValueError, match="n_bootstrap must be at least 1, came 0"):
        summary_of([run("a", 0)], n_bootstrap=0, seed=0)
    with pytest.raises(ValueError, match=r"split 1 lacks \['b'\]"):
        summary_of([run("a", 0), run("b", 0), run("a", 0, split=1)], n_bootstrap=5, seed=0)
    with pytest.raises(ValueError, match="b seed 0 differs from a in data, split 0"):
        summary_of([run("a", 0), run("b", 0, n=49)], n_bootstrap=5, seed=0)


def test_intervals_hold_their_estimate_and_skip_missing_draws():
    assert interval(np.array([0.5, 0.6, 0.6, 0.6])) == (0.5, 0.6)
    assert interval(np.array([0.5, np.nan, 0.4])) == pytest.approx((0.4, 0.5))
    assert np.isnan(interval(np.array([np.nan, 0.5]))).all()
    assert np.isnan(interval(np.array([0.5, np.nan]))).all()


def test_a_selector_without_value_has_no_tier():
    draws = {"a": np.array([0.5, 0.5]), "b": np.full(2, np.nan)}
    first, second = compare(draws, "higher", tiers=True)
    assert (first["tier"], second["tier"]) == (1, None)
    assert np.isnan(second["diff_to_best"])
    assert compare({"b": draws["b"]}, "lower", tiers=True)[0]["tier"] is None
