"""Random cells against held-out donors: planted gaps, their signs and intervals, derived names."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spinn.config.check import ConfigError, check
from spinn.config.derived import compared, twin_of, with_random_cells
from spinn.metrics.cell_scores import CellScores
from spinn.report.comparisons import optimism_tables
from spinn.report.figures import optimism_figure
from spinn.report.plots import optimism_gap
from spinn.statistics.bootstrap import Run, bootstrap
from spinn.statistics.optimism import COLUMNS, optimism

N_CELLS, N_DONORS = 240, 6


def runs(name: str, level: float, *, metric: str = "knn_share", selectors=("a", "floor")):
    """Values about a level per cell; donors differ where whole donors were held out."""
    random = np.random.default_rng(len(name))
    donors = np.arange(N_CELLS) % N_DONORS
    by_cells = twin_of(name) is not None
    own = np.zeros(N_CELLS) if by_cells else np.linspace(-0.1, 0.1, N_DONORS)[donors]
    block = np.arange(N_CELLS) if by_cells else donors
    found = []
    for selector in (*selectors, "ceiling"):
        for seed in (0, 1):
            values = level + own + 0.05 * random.normal(size=(1, N_CELLS))
            size = (97 if by_cells else 99) if selector == "ceiling" else 8
            arrays = {"mean": {metric: values}}
            if metric != "knn_share":
                arrays = {"ratio": {metric: np.stack([values, np.ones_like(values)])}}
            cells = CellScores(np.array([size]), block.astype(str), **arrays)
            found.append(Run(name, 0, "classification", selector, seed, cells))
    return found


def table(by_cells: float, by_donors: float, **options) -> pd.DataFrame:
    pair = runs("d", by_donors, **options) + runs("d@cells", by_cells, **options)
    other = runs("lone", 0.5, **options)
    return optimism(bootstrap(pair + other, n_bootstrap=300, seed=0))


@pytest.mark.parametrize(("metric", "worse"), [("knn_share", 0.6), ("fvu_split", 0.8)])
def test_a_planted_gap_is_found_with_its_sign(metric, worse):
    found = table(0.7, worse, metric=metric)
    assert tuple(found.columns) == COLUMNS
    assert set(found["dataset"]) == {"d"}
    assert found["selector"].tolist() == ["a", "floor", "ceiling"]
    assert found["size"].tolist() == [8, 8, 99]
    np.testing.assert_allclose(found["gap"], 0.1, atol=0.02)
    np.testing.assert_allclose(found["by_donors"], worse, atol=0.02)
    assert (found["low"] > 0).all()
    assert (found["n_cells"] == N_CELLS).all()
    assert (found["n_donors"] == N_DONORS).all()


def test_the_gap_s_interval_is_that_of_independent_halves():
    row = table(0.7, 0.6).iloc[0]
    width = row["high"] - row["low"]
    one, other = (row[f"{name}_high"] - row[f"{name}_low"] for name in ("by_cells", "by_donors"))
    assert width == pytest.approx(np.hypot(one, other), rel=0.25)
    assert other > 3 * one  # donors differ more than cells


def test_without_a_gap_the_interval_holds_zero():
    row = table(0.6, 0.6).iloc[0]
    assert row["low"] < 0 < row["high"]


def test_data_sets_without_a_twin_give_an_empty_table():
    found = optimism(bootstrap(runs("d", 0.5), n_bootstrap=50, seed=0))
    assert tuple(found.columns) == COLUMNS
    assert found.empty
    assert optimism_tables(found, "knn_share") == []


def test_twins_are_derived_for_data_sets_with_donors():
    datasets = {"a": {"path": "x", "donor": "who"}, "b": {"path": "y", "donor": None}}
    found = with_random_cells(datasets, compare_donors=True)
    assert list(found) == ["a", "b", "a@cells"]
    assert found["a@cells"] == {"path": "x", "donor": None}
    assert datasets["a"]["donor"] == "who"
    assert compared(found) == ["a"]
    assert with_random_cells(datasets, compare_donors=False) == datasets
    assert (twin_of("a@cells"), twin_of("a")) == ("a", None)


def test_no_config_may_use_the_twin_s_name_or_compare_without_donors():
    cells = {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}
    with pytest.raises(ConfigError, match="a@cells"):
        check({"datasets": {"a@cells": cells}})
    with pytest.raises(ConfigError, match=r"split\.compare_donors: must be false where no data"):
        check({"datasets": {"a": cells}, "split": {"compare_donors": True}})
    check({"datasets": {"a": {**cells, "donor": "who"}}, "split": {"compare_donors": True}})


def test_the_figure_shows_the_gaps():
    found = table(0.7, 0.6, selectors=("a", "b", "floor"))
    ax = optimism_gap(found, Figure().subplots())
    drawn = {line.get_label(): line for line in ax.get_lines()}
    own = found[found["selector"] == "b"]
    np.testing.assert_array_equal(drawn["b"].get_ydata(), own["gap"])
    assert "ceiling" not in drawn
    with pytest.raises(KeyError, match="the table has no row"):
        optimism_figure(found, "d", "regression")


def test_the_figure_names_seeds_splits_donors_and_cells():
    found = table(0.7, 0.6).assign(metric="macro_f1")
    note = optimism_figure(found, "d", "classification").texts[-1].get_text()
    assert "2 seeds, 1 split; 6 donors against 240 cells" in note


def test_the_report_s_tables_say_which_is_which():
    gap, by_cells, by_donors = optimism_tables(table(0.7, 0.6), "knn_share")
    (line, *_) = gap["lines"]
    assert float(line["cells"][0]["value"]) == pytest.approx(0.1, abs=0.02)
    assert by_cells["lines"][0]["cells"][0]["value"] > by_donors["lines"][0]["cells"][0]["value"]
    for shown in (gap, by_cells, by_donors):
        assert "2 seeds, 1 split, 2 random panels; 6 donors against 240 cells" in shown["caption"]
