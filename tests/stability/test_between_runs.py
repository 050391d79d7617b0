"""Tables of agreement between runs: of other seeds, splits and selectors."""

import numpy as np
import pytest

from spinn.panel import Panel, PanelPath
from spinn.stability.agreement import jaccard, nogueira
from spinn.stability.between_runs import ComparedPanel, panel_overlap, panels_to_compare, stability

GENES = [f"g{i}" for i in range(40)]


def random_panels(random: np.random.Generator, n_panels: int, size: int) -> list[list[str]]:
    return [random.choice(GENES, size=size, replace=False).tolist() for _ in range(n_panels)]


def chosen(selector: str, panels: list[list[str]], **run) -> list[ComparedPanel]:
    run = {"dataset": "d", "split": 0, "task": "t", "size": 5, "n_genes": 40} | run
    return [
        ComparedPanel(selector=selector, seed=seed, genes=genes, **run)
        for seed, genes in enumerate(panels)
    ]


def test_table_of_stability():
    random = np.random.default_rng(1)
    panels = chosen("fixed", [GENES[:5]] * 3) + chosen("pair", [GENES[:5], GENES[2:7]])
    panels += chosen("loose", random_panels(random, 6, 5)) + chosen("once", [GENES[:5]])
    table = stability(panels)
    assert list(table.columns) == [
        *("dataset", "task", "size", "selector"),
        *("measure", "value", "low", "high", "n_seeds", "n_splits"),
    ]
    assert list(dict.fromkeys(table["selector"])) == ["fixed", "pair", "loose"]
    row = table.set_index(["selector", "measure"]).loc
    for measure in ("nogueira", "jaccard"):
        assert row[("fixed", measure), ["value", "low", "high"]].tolist() == [1, 1, 1]
        assert row[("pair", measure), ["low", "high"]].isna().all()
        low, value, high = row[("loose", measure), ["low", "value", "high"]]
        assert low < value < high <= 1
    assert row[("pair", "jaccard"), "value"] == pytest.approx(3 / 7)
    assert row[("pair", "nogueira"), "value"] == pytest.approx(1 - (4 * 0.5) / 40 / (7 / 64))


def test_no_panels_give_an_empty_table():
    assert stability([]).empty
    assert stability(chosen("once", [GENES[:5]])).empty


def test_splits_are_distinguished_from_seeds():
    """A selector whose genes depend on the cells and not on the seed."""
    panels = []
    for split in range(3):
        panels += chosen("s", [GENES[split : split + 5]] * 2, split=split)
    value = stability(panels).set_index("measure")["value"]
    assert value["nogueira"] == value["jaccard"] == 1
    assert value["jaccard_splits"] == pytest.approx((4 / 6 + 4 / 6 + 3 / 7) / 3)
    assert value["nogueira_splits"] < 1


def test_interchangeable_genes_count_as_agreement_where_groups_are_given():
    panels = chosen("s", [GENES[:5], [*GENES[:4], "g5"]])
    panels += chosen("s", [GENES[:5], [*GENES[:4], "g5"]], split=1)
    groups = {("d", 0): {"g4": 0, "g5": 0}, ("d", 1): {"g4": 0, "g5": 1}}
    table = stability(panels, groups).set_index("measure")
    apart = nogueira([GENES[:5], [*GENES[:4], "g5"]], 40)[0]
    assert table.loc["nogueira", "value"] == pytest.approx(apart)
    assert table.loc["nogueira_correlated", "value"] == pytest.approx((1 + apart) / 2)
    assert table.loc["nogueira_correlated_splits", "value"] == pytest.approx(1)
    assert table[["n_seeds", "n_splits"]].eq(2).all(axis=None)
    assert "nogueira_correlated" not in set(stability(panels)["measure"])


def test_overlap_between_selectors():
    panels = chosen("a", [GENES[:5], GENES[1:6]]) + chosen("b", [GENES[:5]])
    table = panel_overlap(panels).set_index(["selector", "other"])
    value = table["value"]
    assert value["a", "a"] == pytest.approx(4 / 6)
    assert value["a", "b"] == value["b", "a"] == pytest.approx((1 + 4 / 6) / 2)
    assert np.isnan(value["b", "b"])
    assert table.loc[("a", "a"), ["low", "high"]].isna().all()  # one pair
    assert table.loc[("a", "b"), ["low", "high"]].tolist() == pytest.approx([4 / 6, 1])
    assert table["n_seeds"].tolist() == [2, 1, 1, 1]


def test_overlap_compares_panels_of_the_same_split_only():
    panels = chosen("a", [GENES[:5], GENES[1:6]]) + chosen("b", [GENES[:5]] * 2)
    panels += chosen("a", [GENES[:5]] * 2, split=1) + chosen("b", [GENES[5:10]] * 2, split=1)
    table = panel_overlap(panels).set_index(["selector", "other"])
    assert table.loc[("a", "b"), "value"] == pytest.approx(((1 + 4 / 6) / 2 + 0) / 2)
    assert (table["n_splits"] == 2).all()


def test_overlap_s_interval_is_the_bootstrap_over_panels():
    random = np.random.default_rng(2)
    wide = chosen("a", random_panels(random, 8, 10)) + chosen("b", random_panels(random, 8, 10))
    row = panel_overlap(wide).set_index(["selector", "other"]).loc[("a", "b")]
    panels = [[set(p.genes) for p in wide if p.selector == name] for name in "ab"]
    means = []
    for _ in range(2000):
        one, other = (random.choice(8, size=8) for _ in "ab")
        means.append(np.mean([jaccard(panels[0][i], panels[1][j]) for i in one for j in other]))
    expected = np.percentile(means, [2.5, 97.5])
    assert row[["low", "high"]].tolist() == pytest.approx(expected.tolist(), abs=0.01)


def test_panels_of_a_run_know_where_they_come_from():
    run = {"dataset": "d", "split": 0, "task": "t", "selector": "s", "seed": 3}
    panels = (Panel(("g1", "g0")), Panel(("g1",)))
    path = PanelPath(panels, (), {**run, "data": {"n_genes": 40}})
    first, second = panels_to_compare(path)
    assert first == ComparedPanel(**run, size=2, genes=("g1", "g0"), n_genes=40)
    assert second == first._replace(size=1, genes=("g1",))
    assert panels_to_compare(PanelPath((), (), {**path.about, "failed": "no time"})) == []
