"""The bootstrap against naive loops, its pairing, and what it resamples."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.metrics.prediction import confusion, macro_f1
from spinn.records.scores import RunScores
from spinn.statistics.resampling import Resampling
from tests.support.runs import rows_of, run, summary_of


def test_summary_agrees_with_loops():
    """The same weights, cell by cell and seed by seed."""
    runs = [run(name, seed, split=split) for name in "ab" for seed in (0, 1) for split in (0, 1)]
    summary = summary_of(runs, n_bootstrap=40, seed=5)
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
    rows = rows_of(summary, "macro_f1", 8)
    best = max("ab", key=lambda name: draws[name][0])
    for name in "ab":
        assert rows.loc[name, "mean"] == pytest.approx(draws[name][0])
        low, high = np.percentile(draws[name][1:], [2.5, 97.5])
        assert rows.loc[name, ["low", "high"]].tolist() == pytest.approx([low, high])
        low, high = np.percentile((draws[name] - draws[best])[1:], [2.5, 97.5])
        assert rows.loc[name, ["diff_low", "diff_high"]].tolist() == pytest.approx([low, high])
    assert set(summary["n_splits"]) == set(summary["n_seeds"]) == {2}
    assert set(summary["n_blocks"]) == {50}


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


def test_other_selectors_do_not_change_a_selector_s_interval(monkeypatch):
    alone = summary_of([run("a", 0), run("a", 1)], n_bootstrap=30, seed=0)
    monkeypatch.setattr("spinn.statistics.resampling._CHUNK", 200)  # nor do pieces of draws
    runs = [run("b", 0), run("a", 1), run("a", 0), run("b", 1)]
    together = summary_of(runs, n_bootstrap=30, seed=0)
    together = together[together["selector"] == "a"].reset_index(drop=True)
    columns = ["size", "metric", "mean", "low", "high"]
    pd.testing.assert_frame_equal(alone[columns], together[columns])


def test_a_selector_and_its_copy_do_not_differ_at_all():
    runs = [run("a", seed) for seed in (0, 1)]
    runs += [one._replace(selector="copy") for one in runs]
    summary = summary_of(runs, n_bootstrap=30, seed=0)
    assert (summary[["diff_to_best", "diff_low", "diff_high"]] == 0).all(axis=None)
    assert (summary["tier"] == 1).all()


def test_whole_donors_are_resampled():
    """Within a donor cells are alike: the interval must be as wide as donors differ."""
    donor = np.arange(60) % 3
    values = np.array([0.1, 0.5, 0.9])[donor][None]
    one = CellScores(np.array([4]), donor.astype(str), mean={"knn_share": values})
    whole = summary_of([RunScores("d", 0, "t", "a", 0, one)], n_bootstrap=400, seed=0).iloc[0]
    assert whole["n_blocks"] == 3
    assert whole["low"] == pytest.approx(0.1, abs=0.14)
    assert whole["high"] == pytest.approx(0.9, abs=0.14)
    loose = replace(one, block=np.arange(60).astype(str))
    free = summary_of([RunScores("d", 0, "t", "a", 0, loose)], n_bootstrap=400, seed=0).iloc[0]
    assert free["high"] - free["low"] < 0.5 * (whole["high"] - whole["low"])
    single = replace(one, block=np.full(60, "only"))
    lone = summary_of([RunScores("d", 0, "t", "a", 0, single)], n_bootstrap=400, seed=0).iloc[0]
    assert lone["n_blocks"] == 1
    assert lone["high"] - lone["low"] == pytest.approx(free["high"] - free["low"], rel=0.2)


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
    redundancy = rows_of(summary, "redundancy", 4)
    assert redundancy.loc["a", ["mean", "low", "high"]].tolist() == pytest.approx([0.3, 0.2, 0.4])
    assert redundancy.loc["b", ["mean", "low", "high"]].tolist() == pytest.approx([0.8, 0.8, 0.8])
    assert redundancy.loc["b", "diff_to_best"] == pytest.approx(0.5)
    assert redundancy["tier"].isna().all()
    cells_only = summary_of(runs, n_bootstrap=100, seed=0)
    pd.testing.assert_frame_equal(
        summary[summary["metric"] == "macro_f1"].reset_index(drop=True),
        cells_only[cells_only["metric"] == "macro_f1"].reset_index(drop=True),
    )
    with pytest.raises(ValueError, match=r"metrics must be among .*got \['charm'\]"):
        summary_of(runs, rows.assign(metric="charm"), n_bootstrap=5, seed=0)


def test_uncomparable_runs_are_refused():
    with pytest.raises(ValueError, match="at least one run"):
        summary_of([], n_bootstrap=5, seed=0)
    with pytest.raises(ValueError, match="n_bootstrap must be at least 1, got 0"):
        summary_of([run("a", 0)], n_bootstrap=0, seed=0)
    with pytest.raises(ValueError, match=r"split 1 lacks \['b'\]"):
        summary_of([run("a", 0), run("b", 0), run("a", 0, split=1)], n_bootstrap=5, seed=0)
    with pytest.raises(ValueError, match="b seed 0 differs from a in data, split 0"):
        summary_of([run("a", 0), run("b", 0, n=49)], n_bootstrap=5, seed=0)
