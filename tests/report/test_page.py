"""The page: whole, self-contained, escaped, and true to its tables."""

import pandas as pd
import pytest

from spinn.report.figure_sources import SOURCES
from spinn.report.page import render
from tests.support.page_inputs import costs, tables
from tests.support.pages import Page, bare_numbers

HOSTILE = "<script>alert('x')</script>\"&"


def test_the_page_is_whole():
    page = Page(render(**tables()))
    assert len(page.ids) == len(set(page.ids))
    targets = [value.removeprefix("#") for name, value in page.attributes if name == "href"]
    assert set(targets) <= set(page.ids)
    assert {"reading", "provenance", "d1t1", "d1t2"} <= set(targets)
    text = " ".join(" ".join(page.text).split())
    for expected in (
        "data",
        "FVU on split molecules ↓ lower is better",
        "recovered",
        "seconds",
        "marks T cells",
        "all 300",
        "0.500 [0.400, 0.600]",
        "cells.before 700",
    ):
        assert expected in text


def test_the_page_loads_nothing():
    page = Page(render(**tables()))
    assert "script" not in page.tags
    assert "link" not in page.tags
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert value.startswith(("#", "data:image/svg+xml;base64,"))
    assert page.tags.count("img") == 1


def test_names_are_escaped():
    text = render(**tables(HOSTILE, selector=HOSTILE))
    assert "<script" not in text
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert "script" not in page.tags
    assert HOSTILE in page.text  # as text, unharmed
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_first_tier_is_marked():
    text = " ".join(render(**tables()).split())
    assert (
        '<td class="first">0.500 <small>[0.400, 0.600]</small> <span class="tier" title="tier 1">1'
        in text
    )
    assert '<td>0.510 <small>[0.410, 0.610]</small> <span class="tier" title="tier 2">2' in text


def test_no_number_stands_alone():
    """Every number of a table has its interval, every table says how many seeds and splits."""
    page = Page(render(**tables()))
    assert bare_numbers(page) == []
    captions = " | ".join(caption for caption, _ in page.tables)
    assert "2 seeds, 1 split, 100 test cells or donors resampled, 2 random panels" in captions
    assert "20 random panels; 2 seeds, 1 split" in captions
    assert sum("0.750 no interval" in cell for _, cells in page.tables for cell in cells) == 1


@pytest.mark.parametrize("words", ["0.5", "-0.512 (0.1)", "0.5 [0.4]", "about 1.5 or so"])
def test_a_number_alone_is_noticed(words):
    page = Page(render(**tables()))
    page.tables[-1][1].append(words)
    assert any(words in problem for problem in bare_numbers(page))
    page = Page(render(**tables()))
    page.tables.append(["another table", ["0.5 [0.4, 0.6]"]])
    assert bare_numbers(page) == ["caption: another table"]


def test_costs_obey_the_rule_too():
    page = Page(render(**tables() | {"tables": {"costs": costs()}}))
    assert bare_numbers(page) == []


def test_each_gene_s_role_and_substitutes_are_shown():
    given = tables()
    assert "lost without it" not in render(**given)
    for key, panel in given["panels"].items():
        given["panels"][key] = panel.assign(
            role=["type B", "structure"],
            loss=[0.01234, 0.1],
            restored=[0.456, 0.0],
            substitutes=["CD79B, MS4A1", "none good"],
        )
    text = " ".join(render(**given).split())
    assert "<td>type B</td><td>0.0123</td><td>46 %</td><td>CD79B, MS4A1</td>" in text
    assert "<td>structure</td><td>0.1000</td><td>0 %</td><td>none good</td>" in text
    assert "<dt>Roles, losses and substitutes of single genes</dt>" in text


def test_tables_may_come_from_files(tmp_path):
    given = tables()
    for name in ("summary", "stability"):
        given[name].to_csv(tmp_path / f"{name}.csv", index=False)
        given[name] = pd.read_csv(tmp_path / f"{name}.csv")
    assert render(**given) == render(**tables())


def test_arguments_are_left_alone():
    given = tables()
    render(**given)
    assert "datasets" in given["provenance"]
    pd.testing.assert_frame_equal(given["summary"], tables()["summary"])


def test_an_empty_panel_is_shown_without_a_table():
    given = tables()
    whole = render(**given)
    assert "<summary>2 genes, 1 of them in the judged panel</summary>" in whole
    words = "No number here was measured on these panels: the quality of bernoulli-rfe under All"
    assert words in " ".join(whole.split())
    given["panels"] = {place: panel.head(0) for place, panel in given["panels"].items()}
    page = render(**given)
    assert "<summary>2 genes</summary>" in page
    assert Page(page).tags.count("table") == Page(whole).tags.count("table") - 1
    assert "Best first" not in page


def test_every_figure_of_the_table_of_sources_is_shown_in_its_order():
    given = tables()
    names = [f"{figure}_data_classification" for figure in SOURCES]
    given["figures"] = dict.fromkeys([*reversed(names), "other_data_classification"], "<svg/>")
    shown = [value for name, value in Page(render(**given)).attributes if name == "alt"]
    assert shown == names
