"""Agreement of panels against the published formula, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.stability.agreement import jaccard, nogueira, nogueira_correlated
from spinn.stability.stability import SelectedPanel, panel_overlap, selected_panels, stability

GENES = [f"g{i}" for i in range(40)]
PANELS = st.lists(
    st.lists(st.sampled_from(GENES), unique=True, min_size=1, max_size=12), min_size=2, max_size=6
)


def drawn(random: np.random.Generator, n_panels: int, size: int) -> list[list[str]]:
    return [random.choice(GENES, size=size, replace=False).tolist() for _ in range(n_panels)]


def chosen(selector: str, panels: list[list[str]], **place) -> list[SelectedPanel]:
    place = {"dataset": "d", "split": 0, "task": "t", "size": 5, "n_genes": 40} | place
    return [
        SelectedPanel(selector=selector, seed=seed, genes=genes, **place)
        for seed, genes in enumerate(panels)
    ]


def published(panels: list[list[str]], n_genes: int) -> tuple[float, float]:
    """The index as a matrix formula over all genes, gene by gene, and its variance."""
    z = np.zeros((len(panels), n_genes))
    for i, panel in enumerate(panels):
        z[i, [GENES.index(gene) for gene in panel]] = 1
    m, d = z.shape
    p = z.mean(axis=0)
    mean_size = z.sum(axis=1).mean()
    denominator = mean_size / d * (1 - mean_size / d)
    index = 1 - np.mean([z[:, f].var(ddof=1) for f in range(d)]) / denominator
    phi = []
    for i in range(m):
        k = z[i].sum()
        correction = 2 * k * mean_size / d**2 - k / d - mean_size / d + 1
        own = np.mean(z[i] * p) - k * mean_size / d**2 + index / 2 * correction
        phi.append(own / denominator)
    return index, 4 / m**2 * np.sum((np.array(phi) - np.mean(phi)) ** 2)


@given(PANELS)
def test_nogueira_is_the_published_formula(panels):
    index, error = nogueira(panels, 40)
    expected, variance = published(panels, 40)
    assert index == pytest.approx(expected)
    if len(panels) > 2:
        assert error == pytest.approx(np.sqrt(variance), abs=1e-9)
    else:
        assert np.isnan(error)


@given(PANELS)
def test_nogueira_is_bounded_and_blind_to_order(panels):
    index, _ = nogueira(panels, 40)
    assert -1 / (len(panels) - 1) - 1e-9 <= index <= 1 + 1e-9
    assert nogueira(panels[::-1], 40)[0] == pytest.approx(index)
    assert nogueira([panel[::-1] for panel in panels], 40)[0] == pytest.approx(index)


@given(PANELS, st.integers(3, 6))
def test_identical_panels_agree_fully(panels, n_panels):
    index, error = nogueira([panels[0]] * n_panels, 40)
    assert index == pytest.approx(1)
    assert error == pytest.approx(0, abs=1e-9)


def test_random_panels_agree_by_chance():
    random = np.random.default_rng(0)
    values = [nogueira(drawn(random, 5, 8), 40)[0] for _ in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=0.02)
    # The interval of a large sample covers the truth about as often as it says.
    held = 0
    for _ in range(100):
        index, error = nogueira(drawn(random, 30, 8), 40)
        held += abs(index) < 1.96 * error
    assert held >= 85


def test_nogueira_says_what_it_cannot_judge():
    assert np.isnan(nogueira([GENES, GENES], 40)).all()
    with pytest.raises(ValueError, match="at least two panels, came 1"):
        nogueira([["a"]], 5)
    with pytest.raises(ValueError, match="at least the 2 genes chosen, came 1"):
        nogueira([["a"], ["b"]], 1)


EQUAL = st.integers(1, 12).flatmap(
    lambda k: st.lists(
        st.lists(st.sampled_from(GENES), unique=True, min_size=k, max_size=k),
        min_size=2,
        max_size=6,
    )
)
GROUPING = st.lists(st.integers(0, 9), min_size=40, max_size=40)


@given(EQUAL)
def test_genes_that_nothing_stands_in_for_give_nogueira_s_own_index(panels):
    expected = nogueira(panels, 40)
    for group_of in ({}, {gene: i for i, gene in enumerate(GENES)}, {"g1": 5}):
        found = nogueira_correlated(panels, 40, group_of)
        assert found == pytest.approx(expected, nan_ok=True, abs=1e-9)


@given(EQUAL, GROUPING)
def test_the_correlated_index_is_the_published_matrix_formula(panels, grouping):
    """1 - tr(C S) / tr(C S0), all matrices written out."""
    group_of = dict(zip(GENES, grouping, strict=True))
    d, k = 40, len(panels[0])
    similar = np.equal.outer(grouping, grouping).astype(float)
    z = np.array([[gene in panel for gene in GENES] for panel in panels], dtype=float)
    own = np.cov(z, rowvar=False)
    chance = np.full((d, d), (k**2 - k) / (d**2 - d) - k**2 / d**2)
    np.fill_diagonal(chance, k / d * (1 - k / d))
    expected = np.trace(similar @ chance)
    index, error = nogueira_correlated(panels, d, group_of)
    if expected > 1e-9:
        assert index == pytest.approx(1 - np.trace(similar @ own) / expected)
        assert index <= 1 + 1e-9
        assert np.isnan(error) == (len(panels) == 2)
    else:
        assert np.isnan(index)


def test_genes_that_stand_in_for_each_other_agree():
    random = np.random.default_rng(0)
    pairs = {gene: i // 2 for i, gene in enumerate(GENES)}
    wanted = [(f"g{2 * i}", f"g{2 * i + 1}") for i in range(6)]
    panels = [[pair[random.integers(2)] for pair in wanted] for _ in range(6)]
    assert nogueira(panels, 40)[0] < 0.6
    assert nogueira_correlated(panels, 40, pairs) == pytest.approx((1, 0))
    values = [nogueira_correlated(drawn(random, 5, 8), 40, pairs)[0] for _ in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=0.02)


def test_the_correlated_index_says_what_it_cannot_judge():
    assert np.isnan(nogueira_correlated([GENES, GENES], 40, {})).all()
    one_group = dict.fromkeys(GENES, 0)
    assert np.isnan(nogueira_correlated([["g1"], ["g2"]], 40, one_group)).all()
    with pytest.raises(ValueError, match="at least two panels, came 1"):
        nogueira_correlated([["a"]], 5, {})
    with pytest.raises(ValueError, match=r"panels must be of one size, came \[1, 2\]"):
        nogueira_correlated([["a"], ["b", "c"]], 5, {})
    with pytest.raises(ValueError, match="at least the genes chosen, came 1"):
        nogueira_correlated([["a"], ["b"]], 1, {})


@given(PANELS)
def test_jaccard_is_symmetric_and_bounded(panels):
    first, second = panels[:2]
    assert jaccard(first, second) == jaccard(second, first)
    assert 0 <= jaccard(first, second) <= 1
    assert jaccard(first, first) == 1
    assert (jaccard(first, second) == 1) == (set(first) == set(second))


def test_jaccard_of_known_panels():
    assert jaccard("abc", "bcd") == 0.5
    assert jaccard([], []) == 1


def test_table_of_stability():
    random = np.random.default_rng(1)
    panels = chosen("fixed", [GENES[:5]] * 3) + chosen("pair", [GENES[:5], GENES[2:7]])
    panels += chosen("loose", drawn(random, 6, 5)) + chosen("once", [GENES[:5]])
    table = stability(panels)
    assert list(table.columns) == [
        *("dataset", "task", "size", "selector"),
        *("measure", "value", "low", "high", "n_seeds", "n_splits"),
    ]
    assert list(dict.fromkeys(table["selector"])) == ["fixed", "pair", "loose"]
    found = table.set_index(["selector", "measure"])
    for measure in ("nogueira", "jaccard"):
        assert found.loc[("fixed", measure), ["value", "low", "high"]].tolist() == [1, 1, 1]
        assert found.loc[("pair", measure), ["low", "high"]].isna().all()
        low, value, high = found.loc[("loose", measure), ["low", "value", "high"]]
        assert low < value < high <= 1
    assert found.loc[("pair", "jaccard"), "value"] == pytest.approx(3 / 7)
    assert found.loc[("pair", "nogueira"), "value"] == pytest.approx(1 - (4 * 0.5) / 40 / (7 / 64))


def test_no_panels_give_an_empty_table():
    assert stability([]).empty
    assert stability(chosen("once", [GENES[:5]])).empty


def test_splits_are_told_from_seeds():
    """A selector without luck of its own, whose genes follow the cells."""
    panels = []
    for split in range(3):
        panels += chosen("s", [GENES[split : split + 5]] * 2, split=split)
    found = stability(panels).set_index("measure")["value"]
    assert found["nogueira"] == found["jaccard"] == 1
    assert found["jaccard_splits"] == pytest.approx((4 / 6 + 4 / 6 + 3 / 7) / 3)
    assert found["nogueira_splits"] < 1


def test_the_table_counts_stand_ins_where_groups_are_given():
    panels = chosen("s", [GENES[:5], [*GENES[:4], "g5"]])
    panels += chosen("s", [GENES[:5], [*GENES[:4], "g5"]], split=1)
    groups = {("d", 0): {"g4": 0, "g5": 0}, ("d", 1): {"g4": 0, "g5": 1}}
    found = stability(panels, groups).set_index("measure")
    apart = nogueira([GENES[:5], [*GENES[:4], "g5"]], 40)[0]
    assert found.loc["nogueira", "value"] == pytest.approx(apart)
    assert found.loc["nogueira_correlated", "value"] == pytest.approx((1 + apart) / 2)
    assert found.loc["nogueira_correlated_splits", "value"] == pytest.approx(1)
    assert found[["n_seeds", "n_splits"]].eq(2).all(axis=None)
    assert "nogueira_correlated" not in set(stability(panels)["measure"])


def test_overlap_between_selectors():
    panels = chosen("a", [GENES[:5], GENES[1:6]]) + chosen("b", [GENES[:5]])
    found = panel_overlap(panels).set_index(["selector", "other"])
    value = found["value"]
    assert value["a", "a"] == pytest.approx(4 / 6)
    assert value["a", "b"] == value["b", "a"] == pytest.approx((1 + 4 / 6) / 2)
    assert np.isnan(value["b", "b"])
    assert found.loc[("a", "a"), ["low", "high"]].isna().all()  # one pair
    assert found.loc[("a", "b"), ["low", "high"]].tolist() == pytest.approx([4 / 6, 1])
    assert found["n_seeds"].tolist() == [2, 1, 1, 1]


def test_overlap_compares_panels_of_the_same_split_only():
    panels = chosen("a", [GENES[:5], GENES[1:6]]) + chosen("b", [GENES[:5]] * 2)
    panels += chosen("a", [GENES[:5]] * 2, split=1) + chosen("b", [GENES[5:10]] * 2, split=1)
    found = panel_overlap(panels).set_index(["selector", "other"])
    assert found.loc[("a", "b"), "value"] == pytest.approx(((1 + 4 / 6) / 2 + 0) / 2)
    assert (found["n_splits"] == 2).all()


def test_overlap_s_interval_is_the_bootstrap_over_panels():
    random = np.random.default_rng(2)
    wide = chosen("a", drawn(random, 8, 10)) + chosen("b", drawn(random, 8, 10))
    row = panel_overlap(wide).set_index(["selector", "other"]).loc[("a", "b")]
    panels = [[set(p.genes) for p in wide if p.selector == name] for name in "ab"]
    means = []
    for _ in range(2000):
        one, other = (random.choice(8, size=8) for _ in "ab")
        means.append(np.mean([jaccard(panels[0][i], panels[1][j]) for i in one for j in other]))
    expected = np.percentile(means, [2.5, 97.5])
    assert row[["low", "high"]].tolist() == pytest.approx(expected.tolist(), abs=0.01)


def test_panels_are_read_from_their_document():
    document = {
        "format": 1,
        "dataset": "d",
        "split": 0,
        "task": "t",
        "selector": "s",
        "seed": 3,
        "data": {"n_genes": 40},
        "panels": [{"size": 2, "genes": ["g1", "g0"]}, {"size": 1, "genes": ["g1"]}],
    }
    first, second = selected_panels(document)
    assert (first.size, first.genes, first.n_genes, first.seed) == (2, ["g1", "g0"], 40, 3)
    assert second.genes == ["g1"]
