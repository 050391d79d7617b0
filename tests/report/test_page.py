"""The page: whole, self-contained, escaped, and true to its tables."""

import numpy as np
import pandas as pd
import pytest

from spinn.report.page import read_figures, render
from spinn.report.tables import answers, flat, part_table
from tests.support.pages import Page, bare_numbers

HOSTILE = "<script>alert('x')</script>\"&"


def tables(name: str = "data", selector: str = "bernoulli-rfe") -> dict:
    """Everything `render` takes, with `name` wherever users choose names."""
    rows = []
    places = [(8, selector), (8, "greedy"), (8, "floor"), (16, selector), (16, "greedy")]
    places.append((300, "ceiling"))
    for task, metrics in (
        ("reconstruction", ("fvu_split", "knn_share", "redundancy")),
        ("classification", ("macro_f1", "knn_share")),
    ):
        for metric in metrics:
            for i, (size, who) in enumerate(places):
                best, mean = who == selector, 0.5 + 0.01 * i
                tier = None if who in ("floor", "ceiling") or metric == "redundancy" else 2 - best
                rows.append((name, task, size, metric, who, mean, mean - 0.1, mean + 0.1, tier))
    columns = ["dataset", "task", "size", "metric", "selector", "mean", "low", "high", "tier"]
    summary = pd.DataFrame(rows, columns=columns).assign(n_seeds=2, n_splits=1, n_blocks=100)
    summary["diff_to_best"] = np.where(summary["selector"] == selector, 0.0, 0.1)
    stability = pd.DataFrame(
        [(name, "classification", 8, selector, "nogueira", 0.75, np.nan, np.nan, 2, 1)],
        columns=[
            *("dataset", "task", "size", "selector", "measure", "value", "low", "high"),
            *("n_seeds", "n_splits"),
        ],
    )
    panel = pd.DataFrame({"gene": [name, "CD3D"], "rank": [1, 2], "why": [name, "tells T cells"]})
    recall = pd.DataFrame(
        [
            (name, "classification", size, who, kind, 9, value, value - 0.1, value + 0.1)
            for size in (8, 16)
            for who in (selector, "greedy")
            for kind, value in (("B", 0.9), (name, 0.25))
        ],
        columns=[
            *("dataset", "task", "size", "selector", "target", "n_cells"),
            *("mean", "low", "high"),
        ],
    )
    return {
        "summary": summary,
        "stability": stability,
        "panels": {(name, 0, "classification", 2): panel, (name, 1, "classification", 2): panel},
        "provenance": {
            "datasets": {name: {"cells": {"before": 700, "after": 699}, "counts": "recovered"}},
            "config": {"seeds": [0, 1], "genes": {"table": None, "required": [name]}},
            "seconds": 12.5,
        },
        "figures": {f"quality_{name}_classification": "<svg onload='x()'></svg>"},
        "beside": {"recall": recall, "audit": audited(name)} | compared(name, selector),
        "title": name,
    }


def compared(name: str, selector: str) -> dict[str, pd.DataFrame]:
    """Return differences and measures of the headline: the selector beats random panels at 8."""
    place = {"dataset": name, "task": "classification", "metric": "macro_f1"}
    counts = {"n_seeds": 2, "n_splits": 1, "n_blocks": 100}
    rows = [
        {"size": size, "selector": who, "reference": "floor", "diff": 0.1, "low": 0.05, "high": 0.2}
        | {"low_all": 0.01 if (size, who) == (8, selector) else -0.2, "high_all": 0.3}
        for size in (8, 16)
        for who in (selector, "greedy")
    ]
    scores = [
        {"size": 8, "selector": selector, "measure": measure, "value": 0.5, "low": 0.4, "high": 0.7}
        for measure in ("share", "z", "percentile")
    ]
    return {
        "differences": pd.DataFrame([place | counts | row for row in rows]),
        "normalised": pd.DataFrame([place | counts | {"n_null": 20} | row for row in scores]),
    }


def audited(name: str) -> pd.DataFrame:
    """Return the audit of two splits' panels; in the second a demand is not met."""
    columns = ["constraint", "wanted", "came", "met", "note", "size", "dataset", "split", "task"]
    place = (name, 0, "classification")
    return pd.DataFrame(
        [
            ("size", "2", "2", "yes", "", 2, *place),
            ("required", "1 genes", "1 of them", "yes", f"families: {name} 1", 2, *place),
            ("budget", "at most 3", "4", "no", "", 2, name, 1, "classification"),
        ],
        columns=columns,
    )


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
        "tells T cells",
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


def test_the_best_and_their_equals_are_named():
    summary = tables()["summary"].query("task == 'classification' and metric == 'macro_f1'")
    found = answers(summary)
    assert [(row["size"], row["best"], row["others"]) for row in found] == [
        (8, "bernoulli-rfe", []),
        (16, "bernoulli-rfe", []),
    ]
    assert found[0]["floor"]["value"] == "0.520"
    assert found[0]["floor"]["interval"] == "[0.420, 0.620]"
    assert found[1]["floor"] is None
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


def test_no_number_stands_alone():
    """Every number of a table has its interval, every table says how many seeds and splits."""
    page = Page(render(**tables()))
    assert bare_numbers(page) == []
    captions = " | ".join(caption for caption, _ in page.tables)
    assert "2 seeds, 1 split, 100 test cells or donors drawn anew, 2 random panels" in captions
    assert "20 random panels; 2 seeds, 1 split" in captions
    assert sum("0.750 no interval" in cell for _, cells in page.tables for cell in cells) == 1


@pytest.mark.parametrize("words", ["0.5", "-0.512 (0.1)", "0.5 [0.4]", "about 1.5 or so"])
def test_a_number_alone_is_noticed(words):
    page = Page(render(**tables()))
    page.tables[-1][1].append(words)
    assert any(words in found for found in bare_numbers(page))
    page = Page(render(**tables()))
    page.tables.append(["a table of somebody", ["0.5 [0.4, 0.6]"]])
    assert bare_numbers(page) == ["caption: a table of somebody"]


def test_costs_obey_the_rule_too():
    page = Page(render(**tables() | {"beside": {"costs": costs()}}))
    assert bare_numbers(page) == []


def test_only_intervals_against_random_panels_make_a_claim():
    given = tables()
    page = " ".join(Page(render(**given)).text)
    assert page.count("better than random") == page.count("better than random: bernoulli-rfe") == 1
    given["beside"]["differences"]["low_all"] = -0.2
    assert "better than random" not in " ".join(Page(render(**given)).text)
    assert "nobody is shown to beat them" in " ".join(Page(render(**given)).text)


def test_differences_show_the_intervals_that_hold_together():
    text = " ".join(" ".join(Page(render(**tables())).text).split())
    assert "0.100 [0.010, 0.300]" in text
    assert "0.100 [0.050, 0.200]" not in text
    assert "Difference to random panels" in text
    assert "Among random panels: percentile" in text


def costs(**failed):
    """costs.csv of two seeds of two selectors; ``failed`` maps selectors to seeds that did."""
    runs = [
        ("data", 0, task, who.replace("_", "-"), seed, 1.5 + seed, 80.0, 0)
        for task in ("reconstruction", "classification")
        for who in ("bernoulli_rfe", "greedy")
        for seed in (0, 1)
    ]
    columns = ["dataset", "split", "task", "selector", "seed", "seconds", "peak_mb", "filled"]
    table = pd.DataFrame(runs, columns=columns)
    lost = [
        seed in failed.get(who.replace("-", "_"), ())
        for who, seed in zip(table["selector"], table["seed"], strict=True)
    ]
    return table.assign(failed=np.where(lost, "over its time <limit>", ""))


def test_costs_stand_beside_the_quality():
    text = " ".join(Page(render(**tables() | {"beside": {"costs": costs()}})).text)
    assert "2.0 [1.5 to 2.5] 80 (measured once)" in " ".join(text.split())
    assert "failed" not in text
    assert "peak MiB" not in render(**tables())


def test_a_selector_that_failed_stands_in_its_place_with_the_reason():
    given = tables()
    greedy = given["summary"]["selector"] == "greedy"
    given["summary"].loc[greedy, ["mean", "low", "high", "diff_to_best", "tier"]] = np.nan
    given["summary"].loc[greedy, ["n_seeds", "n_splits", "n_blocks"]] = 0
    html = render(**given | {"beside": {"costs": costs(greedy=(0, 1))}})
    line = 'greedy</th> <td class="wrap" colspan="3">failed: over its time &lt;limit&gt;'
    assert " ".join(html.split()).count(line) == 2
    assert "One donor" not in html
    assert "2 of 2 runs failed: over its time &lt;limit&gt;" in html
    part = html[html.index("FVU on split molecules ↓ lower is better; mean") :]
    places = [
        part.index(f'<th scope="row">{name}<') for name in ("bernoulli-rfe", "greedy", "floor")
    ]
    assert places == sorted(places)


def test_a_seed_that_failed_is_told_with_the_costs():
    html = render(**tables() | {"beside": {"costs": costs(greedy=(1,))}})
    assert "1 of 2 runs failed: over its time" in html
    assert '<td class="wrap" colspan' not in html


def test_stable_genes_are_named_by_selector_and_size():
    rows = [("greedy", 4, "CD3D", "yes"), ("greedy", 4, "LYZ", "no"), ("hvg", 8, "LYZ", "no")]
    table = pd.DataFrame(rows, columns=["selector", "size", "gene", "stable"])
    table = table.assign(dataset="data", task="classification", split=0, n_halves=50)
    given = tables()
    assert "Genes called stable" not in render(**given)
    page = Page(render(**given | {"beside": {"frequencies": table}}))
    caption, cells = next(found for found in page.tables if "called stable" in found[0])
    assert "50 halves of the training cells of split 0" in caption
    assert cells == ["CD3D", "none", "none", "none"]


def test_hard_types_come_first():
    text = " ".join(render(**tables()).split())
    hard, easy = (
        '<th scope="row">data</th><td>9</td> <td>0.250',
        '<th scope="row">B</th><td>9</td> <td>0.900',
    )
    assert text.index(hard) < text.index(easy)
    assert "Recall of each" not in render(**tables() | {"beside": {}})


def test_each_gene_s_role_and_substitutes_are_shown():
    given = tables()
    assert "lost without it" not in render(**given)
    for key, panel in given["panels"].items():
        given["panels"][key] = panel.assign(
            role=["type B", "structure"],
            loss=[0.01234, 0.1],
            restored=[0.456, 0.0],
            substitutes=["CD79B, MS4A1", ""],
        )
    text = " ".join(render(**given).split())
    assert "<td>type B</td><td>0.0123</td><td>46 %</td><td>CD79B, MS4A1</td>" in text
    assert "<td>structure</td><td>0.1000</td><td>0 %</td><td></td>" in text
    assert "<dt>Roles, losses and substitutes of single genes</dt>" in text


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
    given["beside"]["robustness"] = table.assign(**place, metric="macro_f1")
    text = " ".join(render(**given).split())
    assert bare_numbers(Page(text)) == []
    assert "of the recommended panels (greedy)" in text
    assert text.count("<summary>Under detection loss</summary>") == 1
    line = '<tr><td>8</td><th scope="row">raw</th> <td>0.180 <small>[0.170, 0.190]</small></td>'
    assert f"{line} <td>0.130 <small>[0.120, 0.140]</small></td>" in text
    assert text.index("<td>8</td><th") < text.index("<td>16</td><th")


def test_the_fewest_genes_that_are_enough_are_named():
    given = tables()
    assert "Fewest genes" not in render(**given)
    rows = [("b", "16", 0.93), ("a", "8", 0.91), ("c", "none", 0.4), ("d", "none", np.nan)]
    table = pd.DataFrame(rows, columns=["selector", "size", "low"])
    place = {"dataset": "data", "task": "classification", "metric": "macro_f1", "share": 0.9}
    given["beside"]["smallest"] = table.assign(**place)
    text = " ".join(render(**given).split())
    assert "surely go 90 % of the way" in text
    assert "a <strong>8</strong> <small>[0.910]</small>; b <strong>16</strong>" in text
    assert "Not reached by c <small>[at best 0.400]</small>, d <small>[at best –]</small>." in text
    given["beside"]["smallest"] = given["beside"]["smallest"].query("size == 'none'")
    assert "no panel of this run." in render(**given)


def test_the_audit_shows_what_is_not_met_first():
    given = tables()
    calm = " ".join(render(**given).split())
    assert "<details><summary>Audit" in calm
    assert "are not met" not in calm
    given["beside"]["audit"]["split"] = 0
    text = " ".join(render(**given).split())
    assert "1 of 3 demands on these panels are not met" in text
    assert "<details open><summary>Audit" in text
    rows = [text.index(f'<th scope="row">{name}</th>') for name in ("budget", "size", "required")]
    assert rows == sorted(rows)
    assert "<td>at most 3</td><td>4</td><td>no</td>" in text


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


def test_figures_are_read_by_name(tmp_path):
    (tmp_path / "quality_a_b.svg").write_text("<svg>é</svg>", "utf-8")
    (tmp_path / "quality_a_b.png").write_bytes(b"")
    assert read_figures(tmp_path) == {"quality_a_b": "<svg>é</svg>"}


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
