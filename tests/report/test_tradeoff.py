"""What a panel for types and genes costs, in the report."""

from spinn.report.page import render
from spinn.report.tradeoff import tradeoff_tables
from tests.support.page_inputs import tables
from tests.support.pages import Page, bare_numbers
from tests.support.results import tradeoff


def test_every_candidate_has_its_values_and_prices():
    first, second = tradeoff_tables(tradeoff(sizes=(16, 8)))
    assert (first["size"], second["size"]) == (8, 16)
    assert first["taken"] == "half"
    assert [(line["panel"], line["taken"]) for line in first["lines"]] == [
        *[("genes", ""), ("types", "")],
        ("half", "taken"),
    ]
    half = first["lines"][2]
    assert half["price for types: macro F1"] == "0.0100 [0.0041, 0.0159]"
    assert half["price for genes: FVU on split molecules"] == "0.0020 [-0.0039, 0.0079]"


def test_the_page_shows_it_where_there_is_any():
    given = tables()
    assert "Types and genes at once" not in render(**given)
    given["tables"]["tradeoff"] = tradeoff(sizes=(16, 8)).assign(dataset="data")
    text = render(**given)
    assert bare_numbers(Page(text)) == []
    assert "<summary>8 genes: half</summary>" in text
    assert "<dt>Types and genes at once</dt>" in text
