"""The tables of a whole run: selectors that failed or lack a split are left out."""

import pandas as pd

from spinn.statistics.collection import complete, tables_of_run
from tests.support.runs import run


def costs(*failed):
    """costs.csv of two selectors, of which some failed."""
    rows = [("data", 0, "classification", name, name in failed) for name in "ab"]
    table = pd.DataFrame(rows, columns=["dataset", "split", "task", "selector", "failed"])
    return table.assign(failed=table["failed"].map({True: "x", False: ""}))


def scores():
    rows = [("a", "macro_f1", "all"), ("a", "recall", "all"), ("a", "redundancy", "all")]
    table = pd.DataFrame(rows, columns=["selector", "metric", "target"])
    names = {"dataset": "data", "split": 0, "task": "classification"}
    return table.assign(**names, seed=0, size=4, value=0.5)


def test_a_failed_selector_has_rows_in_costs_and_summary_alone():
    runs = [run(name, seed) for name in "ab" for seed in (0, 1)]
    options = {"n_bootstrap": 20, "wanted_share": 0.9}
    tables = tables_of_run(scores(), runs, costs(), **options)
    assert set(tables["summary"]["selector"]) == {"a", "b"}
    assert "recall" not in set(tables["summary"]["metric"])
    tables = tables_of_run(scores(), runs, costs("b"), **options)
    alone = tables_of_run(scores(), runs[:2], costs(), **options)
    summary = tables["summary"]
    pd.testing.assert_frame_equal(summary[summary["selector"] == "a"], alone["summary"])
    assert summary.loc[summary["selector"] == "b", "mean"].isna().all()
    for name in ("differences", "normalised", "smallest", "recall"):
        pd.testing.assert_frame_equal(tables[name], alone[name])


def test_selectors_without_a_split_are_not_complete():
    runs = [run("a", 0), run("b", 0), run("a", 0, split=1)]
    assert [each.selector for each in complete(runs)] == ["a", "a"]
