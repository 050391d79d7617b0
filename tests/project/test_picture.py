"""The picture of the README is drawn from its table, and the table is that of `make run`."""

import pytest

from spinn.records.tables import read_table
from tests.support.workflow import ROOT
from tools.picture import DATASET, PICTURE, TABLE, TASK, draw

KEYS = ["size", "metric", "selector"]


def test_the_picture_is_that_of_its_table(tmp_path):
    draw(tmp_path / "quality.svg")
    assert (tmp_path / "quality.svg").read_bytes() == PICTURE.read_bytes(), "run `make picture`"


def test_the_table_is_that_of_the_last_run():
    summary = ROOT / "results" / "summary.csv"
    if not summary.is_file():
        pytest.skip("needs the results of `make run`, which continuous integration runs first")
    rows = read_table(summary)
    rows = rows[(rows["dataset"] == DATASET) & (rows["task"] == TASK)].set_index(KEYS)
    if rows.empty:
        pytest.skip(f"results/ holds no {DATASET}, {TASK}: not those of `make run`")
    shown = read_table(TABLE).set_index(KEYS)
    assert list(shown.index) == list(rows.index), "run `make picture`"
    known = rows["low"].notna()  # machines differ in the last digits, never by an interval
    inside = (shown["mean"] >= rows["low"]) & (shown["mean"] <= rows["high"])
    assert inside[known].all(), f"run `make picture`: {list(inside[known & ~inside].index)[:3]}"
