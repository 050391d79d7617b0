"""The summary: its columns, its references, and where it has no interval."""

import pandas as pd
import pytest

from tests.support.runs import rows_of, run, summary_of

COLUMNS = [
    *("dataset", "task", "size", "metric", "selector", "mean", "low", "high"),
    *("diff_to_best", "diff_low", "diff_high", "tier", "n_seeds", "n_splits", "n_blocks"),
]


def test_floor_and_ceiling_have_no_tier():
    runs = [run("a", seed, quality=0.5) for seed in (0, 1)]
    runs += [run("floor", draw, quality=0.95) for draw in range(5)]
    runs += [run("ceiling", 0, quality=0.99, sizes=(300,))]
    summary = summary_of(runs, n_bootstrap=50, seed=0)
    assert list(summary.columns) == COLUMNS
    is_reference = summary["selector"].isin(["floor", "ceiling"])
    assert summary.loc[is_reference, "tier"].isna().all()
    assert (summary.loc[~is_reference, "tier"] == 1).all()
    floor = rows_of(summary, "macro_f1", 4).loc["floor"]
    assert floor["diff_to_best"] > 0
    assert floor["n_seeds"] == 5
    assert rows_of(summary, "macro_f1", 300).loc["ceiling", ["diff_to_best"]].isna().all()


def test_one_seed_alone_gives_no_interval_to_metrics_without_cells():
    runs = [run("a", 0), run("b", 0), run("b", 1)]
    rows = pd.DataFrame(
        [("a", 0, 0.2), ("b", 0, 0.3), ("b", 1, 0.5)], columns=["selector", "seed", "value"]
    ).assign(
        dataset="data", split=0, task="classification", size=4, metric="redundancy", target="all"
    )
    redundancy = rows_of(summary_of(runs, rows, n_bootstrap=50, seed=0), "redundancy", 4)
    assert redundancy.loc["a", "mean"] == pytest.approx(0.2)
    assert redundancy.loc["a", ["low", "high", "diff_low", "diff_high"]].isna().all()
    assert redundancy.loc["b", ["low", "high"]].tolist() == pytest.approx([0.3, 0.5])
