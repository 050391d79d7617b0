"""Coverage: right about panels that hold, miss or cannot hold what separates the types."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from spinn.explanation.coverage import COLUMNS, coverage
from spinn.explanation.verdicts import IMPOSSIBLE, MISSED, SEPARATED, UNKNOWN
from spinn.panel import Panel
from tests.support.cells import TYPES, from_counts, make_data, scrambled

B, NK, T = TYPES
JUDGED = ("panel", "panel_low", "panel_high", "all_genes", "all_low", "all_high", "gene_auroc")


def planted(n_cells=(400, 400, 400), *, seed=0):
    """g00 separates B from the rest; NK and T differ in no gene; g01 to g19 are noise."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), n_cells)
    rate = np.full((len(labels), 20), 0.5)
    rate[labels == 0, 0] = 6
    counts = sp.csr_matrix(rng.poisson(rate).astype(np.int32))
    part = np.where(np.arange(len(labels)) % 2 == 0, "train", "test")
    return from_counts(counts, total=np.full(len(labels), 1000), labels=labels, part=part)


def rows_of(data, panel, **options):
    return coverage(data, {len(panel): Panel(panel)}, **options).set_index("type")


def test_what_was_planted_is_told():
    with_gene, without = (rows_of(planted(), panel) for panel in (("g00", "g05"), ("g03", "g05")))
    assert with_gene["verdict"].to_dict() == {B: SEPARATED, NK: IMPOSSIBLE, T: IMPOSSIBLE}
    assert without["verdict"].to_dict() == {B: MISSED, NK: IMPOSSIBLE, T: IMPOSSIBLE}
    assert with_gene.loc[NK, "sibling"] == T
    assert with_gene.loc[NK, "panel"] == pytest.approx(0.5, abs=0.1)
    assert without.loc[B, "all_low"] > 0.9
    assert without.loc[B, "panel"] == pytest.approx(0.5, abs=0.1)


def test_genes_of_the_base_are_measured_too():
    panel = Panel(("g03", "g05"), base=("g00",), slots=("tdTomato",))
    row = coverage(planted(), {3: panel}).set_index("type").loc[B]
    assert (row["verdict"], row["markers"], row["gene"]) == (SEPARATED, "g00", "g00")


def test_markers_and_the_best_gene_are_named():
    row = rows_of(planted(), ("g05", "g00")).loc[B]
    assert (row["n_markers"], row["n_in_panel"], row["markers"], row["gene"]) == (
        1,
        1,
        "g00",
        "g00",
    )
    assert (row["n_train"], row["n_test"]) == (200, 200)
    data = planted()
    test = data.of("test")
    inside = test.values[test.labels == 0][:, 0].toarray()
    assert row["detected_in_type"] == pytest.approx((inside > 0).mean())
    assert row["mean_in_type"] == pytest.approx(inside.mean())
    missing = rows_of(planted(), ("g05", "g06")).loc[B]
    assert (missing["n_markers"], missing["n_in_panel"], missing["markers"]) == (1, 0, "")


def test_every_size_and_type_has_a_row_and_every_column_a_place():
    panels = {2: Panel(("g00", "g01")), 1: Panel(("g01",))}
    table = coverage(planted(), panels)
    assert table.columns.tolist() == list(COLUMNS)
    assert table["size"].tolist() == [2, 2, 2, 1, 1, 1]
    assert (table["panel_low"] <= table["panel"]).all()
    assert (table["panel"] <= table["panel_high"]).all()


def test_test_cells_change_only_what_is_judged_on_them():
    data, panels = planted(), {2: Panel(("g00", "g01"))}
    before, after = coverage(data, panels), coverage(scrambled(data, "test"), panels)
    assert not np.allclose(before[list(JUDGED)].iloc[0], after[list(JUDGED)].iloc[0])
    fixed = ["size", "type", "n_train", "n_test", "n_markers", "n_in_panel", "markers"]
    pd.testing.assert_frame_equal(before[fixed], after[fixed])
    alike = scrambled(data, "valid")  # of which there are none
    pd.testing.assert_frame_equal(before, coverage(alike, panels))


def test_few_cells_are_too_few_to_say():
    row = rows_of(planted((16, 400, 400)), ("g00", "g05")).loc[B]
    assert row["panel"] > 0.9
    assert row["verdict"] == UNKNOWN
    data = planted()
    trained_only = replace(data, part=np.where(data.labels == 0, "train", data.part))
    row = rows_of(trained_only, ("g00", "g05")).loc[B]
    assert (row["n_test"], row["sibling"], row["gene"], row["verdict"]) == (0, "", "", UNKNOWN)
    assert row[list(JUDGED)].isna().all()


def test_siblings_may_be_given():
    table = rows_of(planted(), ("g00", "g05"), siblings_of={NK: [B]})
    assert table.index.tolist() == [NK]
    assert table.loc[NK, ["sibling", "verdict"]].tolist() == [B, SEPARATED]


def test_donors_widen_the_intervals():
    data = planted()
    donors = np.array([f"d{i % 6}" for i in range(data.n_cells)])
    by_cells = rows_of(data, ("g00", "g05")).loc[NK]
    by_donors = rows_of(replace(data, donors=donors), ("g00", "g05")).loc[NK]
    assert by_donors["panel"] == by_cells["panel"]
    assert by_donors["panel_low"] != by_cells["panel_low"]


def test_without_labels_there_are_no_rows():
    table = coverage(replace(make_data(), labels=None), {1: Panel(("g01",))})
    assert table.empty
    assert table.columns.tolist() == list(COLUMNS)
