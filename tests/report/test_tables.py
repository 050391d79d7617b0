"""The page's tables: their order, their words, and what they leave out."""

import numpy as np
import pandas as pd
import pytest

from spinn.report.page import render
from spinn.report.tables import answers, flat, panel_table, part_table
from tests.support.page_inputs import costs, tables
from tests.support.pages import Page, bare_numbers


def test_the_best_and_their_equals_are_named():
    summary = tables()["summary"].query("task == 'classification' and metric == 'macro_f1'")
    lines = answers(summary)
    assert [(row["size"], row["best"], row["others"]) for row in lines] == [
        (8, "bernoulli-rfe", []),
        (16, "bernoulli-rfe", []),
    ]
    assert lines[0]["floor"]["value"] == "0.520"
    assert lines[0]["floor"]["interval"] == "[0.420, 0.620]"
    assert lines[1]["floor"] is None
    equal = answers(summary.assign(tier=np.where(summary["tier"].isna(), np.nan, 1)))
    assert equal[0]["others"] == ["greedy"]


def test_selectors_come_best_first_and_references_last():
    given = tables()
    given["summary"].loc[given["summary"]["selector"] == "greedy", "mean"] = 0.1
    given["stability"] = given["stability"].head(0)
    text = render(**given)
    part = text[text.index("FVU on split molecules ↓ lower is better; mean") :]
    places = [
        part.index(f'<th scope="row">{name}<')
        for name in ("greedy", "bernoulli-rfe", "floor", "ceiling")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_blocks": 1}, "One donor was held out"),
        ({"n_blocks": 3}, "Only 3 donors were held out"),
        ({"n_seeds": 1}, "One seed"),
    ],
)
def test_weak_designs_are_named(change, words):
    given = tables()
    assert words not in render(**given)
    assert words in render(**given | {"summary": given["summary"].assign(**change)})


def test_costs_are_shown_next_to_the_quality():
    text = " ".join(Page(render(**tables() | {"tables": {"costs": costs()}})).text)
    assert "2.0 [1.5 to 2.5] 80 (measured once)" in " ".join(text.split())
    assert "failed" not in text
    assert "peak MiB" not in render(**tables())


def test_a_selector_that_failed_has_a_line_with_the_reason():
    given = tables()
    greedy = given["summary"]["selector"] == "greedy"
    given["summary"].loc[greedy, ["mean", "low", "high", "diff_to_best", "tier"]] = np.nan
    given["summary"].loc[greedy, ["n_seeds", "n_splits", "n_blocks"]] = 0
    html = render(**given | {"tables": {"costs": costs(greedy=(0, 1))}})
    line = 'greedy</th> <td class="wrap" colspan="3">failed: over its time &lt;limit&gt;'
    assert " ".join(html.split()).count(line) == 2
    assert "One donor" not in html
    assert "2 of 2 runs failed: over its time &lt;limit&gt;" in html
    part = html[html.index("FVU on split molecules ↓ lower is better; mean") :]
    places = [
        part.index(f'<th scope="row">{name}<') for name in ("bernoulli-rfe", "greedy", "floor")
    ]
    assert places == sorted(places)


def test_a_seed_that_failed_is_named_with_the_costs():
    html = render(**tables() | {"tables": {"costs": costs(greedy=(1,))}})
    assert "1 of 2 runs failed: over its time" in html
    assert '<td class="wrap" colspan' not in html


def test_hard_types_are_listed_first():
    text = " ".join(render(**tables()).split())
    hard, easy = (
        '<th scope="row">data</th><td>9</td><td>0.250',
        '<th scope="row">B</th><td>9</td><td>0.900',
    )
    assert text.index(hard) < text.index(easy)
    assert "Recall of each" not in render(**tables() | {"tables": {}})


def test_quality_under_detection_loss_is_shown():
    given = tables()
    assert "Under detection loss" not in render(**given)
    rows = [
        (0, inputs, size, level, size / 100 + level / 10)
        for inputs in ("raw", "binary")
        for size in (16, 8)
        for level in (1.0, 0.5)
    ]
    table = pd.DataFrame(rows, columns=["split", "inputs", "size", "efficiency", "value"])
    table = table.assign(low=table["value"] - 0.01, high=table["value"] + 0.01, n_seeds=2)
    place = {"dataset": "data", "task": "classification", "selector": "greedy"}
    given["tables"]["robustness"] = table.assign(**place, metric="macro_f1")
    text = " ".join(render(**given).split())
    assert bare_numbers(Page(text)) == []
    assert "of the judged panels (greedy)" in text
    assert text.count("<summary>Under detection loss</summary>") == 1
    line = '<tr><td>8</td><th scope="row">raw</th><td>0.180 <small>[0.170, 0.190]</small></td>'
    assert f"{line}<td>0.130 <small>[0.120, 0.140]</small></td>" in text
    assert text.index("<td>8</td><th") < text.index("<td>16</td><th")


def test_the_smallest_panels_that_reach_the_share_are_named():
    given = tables()
    assert "Smallest panels" not in render(**given)
    rows = [("b", "16", 0.93), ("a", "8", 0.91), ("c", "none", 0.4), ("d", "none", np.nan)]
    table = pd.DataFrame(rows, columns=["selector", "size", "low"])
    place = {"dataset": "data", "task": "classification", "metric": "macro_f1", "share": 0.9}
    given["tables"]["smallest"] = table.assign(**place)
    text = " ".join(render(**given).split())
    assert "at least 90 % of the way" in text
    assert "a <strong>8</strong> <small>[0.910]</small>; b <strong>16</strong>" in text
    assert "Not reached by c <small>[at best 0.400]</small>, d <small>[at best –]</small>." in text
    given["tables"]["smallest"] = given["tables"]["smallest"].query("size == 'none'")
    assert "no panel of this run." in render(**given)


def test_the_audit_shows_what_is_not_met_first():
    given = tables()
    calm = " ".join(render(**given).split())
    assert "<details> <summary>Audit" in calm
    assert "are not met" not in calm
    given["tables"]["audit"]["split"] = 0
    text = " ".join(render(**given).split())
    assert "1 of 3 requirements on these panels are not met" in text
    assert "<details open> <summary>Audit" in text
    rows = [text.index(f'<th scope="row">{name}</th>') for name in ("budget", "size", "required")]
    assert rows == sorted(rows)
    assert "<td>at most 3</td><td>4</td><td>no</td>" in text


def test_facts_are_flattened():
    assert flat({"a": {"b": [1, 2], "c": None}, "d": [{"e": 1}]}) == [
        ("a.b", "1, 2"),
        ("a.c", "none"),
        ("d[0].e", "1"),
    ]


def test_the_split_table_names_cells_donors_and_types():
    part = {"cells": 3, "donors": ["d1", "<d2>"], "labels": {"T": 2, "B": 1}}
    rows = part_table({"split0": {"split": {"test": part, "train": {"cells": 9}}}})
    assert [row["part"] for row in rows] == ["train", "test"]
    assert rows[0]["donors"] == rows[0]["types"] == "not given"
    assert rows[1] == {
        "split": "split0",
        "part": "test",
        "cells": "3",
        "donors": "2: d1, <d2>",
        "types": "T 2, B 1",
    }


def test_symbols_are_shown_where_names_are_ids():
    ids, symbols = ["ENSG01", "ENSG02"], ["CD3E", ""]
    panel = pd.DataFrame({"gene": ids, "rank": [1, 2], "symbol": symbols, "why": ["a", "b"]})
    assert [row.get("symbol") for row in panel_table(panel)] == symbols
    named = pd.DataFrame({"gene": symbols[:1], "rank": [1], "symbol": symbols[:1], "why": ["a"]})
    assert "symbol" not in panel_table(named)[0]
