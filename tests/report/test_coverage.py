"""The tables of cell types, and how the page shows them."""

from spinn.report.coverage import coverage_tables
from spinn.report.page import render
from tests.support.page_inputs import covered, tables
from tests.support.pages import Page, bare_numbers


def test_a_table_per_size_of_the_first_split_missed_types_first():
    small, large = coverage_tables(covered("rare"))
    assert (small["size"], large["size"]) == (8, 16)
    assert small["words"] == "1 of 3 types surely separated; missed: T"
    assert [line["type"] for line in small["lines"]] == ["T", "rare", "B"]
    missed, unknown, separated = small["lines"]
    assert separated["markers in the panel"] == "2 of 5: CD79A, MS4A1"
    assert missed["markers in the panel"] == "0 of 3"
    assert missed["surest gene, detected in"] == "CD3D: 50 % and 25 %"
    assert missed["this panel"]["interval"] == "[0.600, 0.800]"
    assert unknown["worst sibling"] == "none with test cells"
    assert (unknown["this panel"]["value"], unknown["surest gene, detected in"]) == ("–", "–")


def test_the_page_folds_the_types_of_each_size():
    text = " ".join(render(**tables()).split())
    assert "<summary>8 genes: 1 of 3 types surely separated; missed: T</summary>" in text
    assert "<dt>Types</dt>" in text
    assert bare_numbers(Page(text)) == []
    given = tables()
    del given["tables"]["coverage"]
    assert "<h4>Types</h4>" not in render(**given)
    assert "<dt>Types</dt>" not in render(**given)
