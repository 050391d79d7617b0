"""Whole figures: which plots they have, what they say, and the bytes of their files."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from spinn.report import figures
from tests.support.optimism import optimism_table
from tests.support.results import (
    SELECTORS,
    failing,
    lines,
    overlap,
    robustness,
    stability,
    summary,
    tradeoff,
)


def test_quality_figure_shows_headline_and_neighbours():
    figure = figures.quality_figure(summary(), "d", "classification")
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == [
        "macro F1\nhigher is better ↑",
        "share of the 15 nearest neighbours kept\nhigher is better ↑",
    ]
    assert "d, classification" in figure.get_suptitle()
    note = figure.texts[-1].get_text()
    assert "untouched test cells" in note
    assert "2 seeds, 1 split" in note
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(SELECTORS)


def test_quality_figure_names_those_that_failed():
    figure = figures.quality_figure(failing(summary(), "greedy"), "d", "classification")
    assert any("; failed: greedy" in text.get_text() for text in figure.texts)
    assert "mean of 2 seeds, 1 split;" in figure.texts[-1].get_text()
    assert [ax for ax in figure.axes if "greedy" in lines(ax)] == []
    table = summary()
    for name in SELECTORS:
        table = failing(table, name)
    figure = figures.quality_figure(table, "d", "classification")
    assert "mean of 0 seeds, 0 splits" in figure.texts[-1].get_text()


def test_overlap_figure_without_panels_says_so():
    figure = figures.overlap_figure(overlap().head(0), "d", "classification")
    assert "no selector has panels" in [text.get_text() for text in figure.axes[0].texts]


def test_agreement_figure_has_a_panel_per_question():
    one = figures.agreement_figure(stability(), "d", "classification")
    assert len(one.axes) == 1
    assert "3 seeds, 1 split" in one.texts[-1].get_text()
    both = stability(("nogueira", "nogueira_splits"))
    assert len(figures.agreement_figure(both, "d", "classification").axes) == 2
    empty = figures.agreement_figure(stability().head(0), "d", "classification")
    assert "at least two seeds" in empty.axes[0].texts[0].get_text()


def test_tradeoff_figure_shows_every_candidate_s_prices_and_what_was_taken():
    figure = figures.tradeoff_figure(tradeoff(), "d", "classification")
    assert [ax.get_title(loc="left") for ax in figure.axes] == [f"{n} genes" for n in (8, 16, 32)]
    for ax in figure.axes:
        assert {text.get_text() for text in ax.texts} == {"genes", "types", "half"}
        assert ax.get_xlabel() == "price for genes: FVU on split molecules"
        points = [line for line in ax.get_lines() if line.get_marker() == "o"]
        places = {line.get_xydata()[0].tolist()[0]: line for line in points}
        assert [places[x].get_ydata()[0] for x in (0.0, 0.002, 0.01)] == [0.04, 0.01, 0.0]
        filled = [x for x, line in places.items() if line.get_markerfacecolor() != "white"]
        assert filled == [0.002]
    assert figure.axes[0].get_ylabel() == "price for types: macro F1"
    assert "1 seed, 1 split" in figure.texts[-1].get_text()
    empty = figures.tradeoff_figure(tradeoff(), "d", "regression")
    assert empty.axes[0].texts[0].get_text() == "needs the goal both and cell types"


def test_candidates_of_equal_prices_are_one_point():
    table = tradeoff(sizes=[8])
    twin = table[table["candidate"] == "half"].assign(candidate="twin", taken="no")
    (ax,) = figures.tradeoff_figure(pd.concat([table, twin]), "d", "classification").axes
    assert {text.get_text() for text in ax.texts} == {"genes", "types", "half,\ntwin"}


def test_robustness_figure_has_a_plot_per_kind_of_inputs():
    table = robustness()
    figure = figures.robustness_figure(table, "d", "classification")
    assert len(figure.axes) == 2
    first = table.query("split == 0 and inputs == 'binary' and size == 8")
    drawn = lines(figure.axes[1])["8 genes"].get_ydata()
    np.testing.assert_array_equal(drawn, first.sort_values("efficiency")["value"])
    assert "greedy; untouched test cells; mean of 2 seeds" in figure.texts[-1].get_text()
    empty = figures.robustness_figure(table, "d", "reconstruction")
    assert [text.get_text() for text in empty.axes[0].texts] == ["needs counts"]


def test_overlap_figure_takes_sizes():
    whole = figures.overlap_figure(overlap(), "d", "classification")
    assert [ax.get_title(loc="left") for ax in whole.axes] == ["8 genes", "32 genes"]
    assert "2 seeds, 3 splits" in whole.texts[-1].get_text()
    one = figures.overlap_figure(overlap(), "d", "classification", sizes=[16])
    assert [ax.get_title(loc="left") for ax in one.axes] == ["16 genes"]


def test_the_optimism_figure_names_seeds_splits_donors_and_cells():
    table = optimism_table(0.7, 0.6).assign(metric="macro_f1")
    note = figures.optimism_figure(table, "d", "classification").texts[-1].get_text()
    assert "2 seeds, 1 split; 6 donors against 240 cells" in note


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (figures.quality_figure, summary()),
        (figures.overlap_figure, overlap()),
        (figures.optimism_figure, summary()),
    ],
)
def test_absent_rows_are_named(draw, table):
    with pytest.raises(KeyError, match=r"no row of \('d', 'regression'\); it has \[\('d', 'class"):
        draw(table, "d", "regression")


def test_drawing_leaves_no_global_state():
    code = "import sys, spinn.report.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
