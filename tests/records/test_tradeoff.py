"""tradeoff.csv, from what recommended panels say of their choice."""

from dataclasses import replace

import pytest

from spinn.records.tradeoff import COLUMNS, price_lines, tradeoff
from tests.support.cells import QUICK, make_data
from tests.support.selectors import choice


def documented(goal):
    settings = replace(QUICK, goal=goal)
    made = choice("recommended", make_data(), sizes=[3, 6], settings=settings)
    keys = {"dataset": "d", "split": 1, "task": "classification", "seed": 2}
    return replace(made.path, about={**keys, "settings": dict(made.details)})


def test_every_candidate_has_a_row_per_goal():
    table = tradeoff([documented("both"), documented("genes")])
    assert tuple(table.columns) == COLUMNS
    assert set(table["dataset"]) == {"d"}
    assert len(table) == 2 * 2 * table["candidate"].nunique()
    assert table.groupby("size")["taken"].apply(lambda taken: (taken == "yes").sum()).eq(2).all()
    assert (table["value"] >= 0).all()  # macro-F1 as readers know it, not signed
    alone = table.pivot_table("value", ["size", "goal"], "candidate")
    for row in table.to_dict("records"):
        sign = 1 if row["goal"] == "genes" else -1
        worse = sign * (row["value"] - alone.loc[(row["size"], row["goal"]), row["goal"]])
        assert row["price"] == pytest.approx(worse)


def test_the_price_of_what_was_taken_is_told():
    lines = price_lines(documented("both"))
    assert [line.split(" ")[0] for line in lines] == ["3", "6"]
    assert all("for genes (fvu_split) and" in line for line in lines)
    assert price_lines(documented("genes")) == []


def test_panels_for_one_goal_have_no_price():
    table = tradeoff([documented("types")])
    assert tuple(table.columns) == COLUMNS
    assert table.empty
