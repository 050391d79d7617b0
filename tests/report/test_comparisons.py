"""Comparisons on the page: claims against random panels, and which numbers are shown."""

import pytest

from spinn.report.comparisons import optimism_tables
from spinn.report.page import render
from tests.support.optimism import optimism_table
from tests.support.page_inputs import tables
from tests.support.pages import Page


def test_only_intervals_against_random_panels_make_a_claim():
    given = tables()
    page, claim = " ".join(Page(render(**given)).text), "better than random: "
    assert page.count(claim) == page.count(f"{claim}bernoulli-rfe") == 1
    given["tables"]["differences"]["low_all"] = -0.2
    assert claim not in " ".join(Page(render(**given)).text)
    assert "none is significantly better than random" in " ".join(Page(render(**given)).text)


def test_differences_show_the_intervals_that_hold_together():
    text = " ".join(" ".join(Page(render(**tables())).text).split())
    assert "0.100 [0.010, 0.300]" in text
    assert "0.100 [0.050, 0.200]" not in text
    assert "Difference to random panels" in text
    assert "Among random panels: percentile" in text


def test_optimism_has_a_table_of_the_gap_by_cells_and_by_donors():
    assert optimism_tables(optimism_table(0.7, 0.6).head(0), "knn_share") == []
    gap, by_cells, by_donors = optimism_tables(optimism_table(0.7, 0.6), "knn_share")
    (line, *_) = gap["lines"]
    assert float(line["cells"][0]["value"]) == pytest.approx(0.1, abs=0.02)
    assert by_cells["lines"][0]["cells"][0]["value"] > by_donors["lines"][0]["cells"][0]["value"]
    for shown in (gap, by_cells, by_donors):
        assert "2 seeds, 1 split, 2 random panels; 6 donors against 240 cells" in shown["caption"]
