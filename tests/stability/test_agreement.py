"""Indices of agreement against the published formulas, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.stability.agreement import jaccard, nogueira, nogueira_correlated

GENES = [f"g{i}" for i in range(40)]
PANELS = st.lists(
    st.lists(st.sampled_from(GENES), unique=True, min_size=1, max_size=12), min_size=2, max_size=6
)


def random_panels(random: np.random.Generator, n_panels: int, size: int) -> list[list[str]]:
    return [random.choice(GENES, size=size, replace=False).tolist() for _ in range(n_panels)]


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
        deviation = np.mean(z[i] * p) - k * mean_size / d**2 + index / 2 * correction
        phi.append(deviation / denominator)
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
def test_nogueira_is_bounded_and_does_not_depend_on_order(panels):
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
    values = [nogueira(random_panels(random, 5, 8), 40)[0] for _ in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=0.02)
    # The interval of a large sample covers the truth about as often as it should.
    covered = 0
    for _ in range(100):
        index, error = nogueira(random_panels(random, 30, 8), 40)
        covered += abs(index) < 1.96 * error
    assert covered >= 85


def test_nogueira_is_undefined_without_a_choice():
    assert np.isnan(nogueira([GENES, GENES], 40)).all()
    with pytest.raises(ValueError, match="at least two panels, got 1"):
        nogueira([["a"]], 5)
    with pytest.raises(ValueError, match="at least the 2 genes chosen, got 1"):
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
def test_without_interchangeable_genes_the_correlated_index_is_nogueira_s(panels):
    expected = nogueira(panels, 40)
    for group_of in ({}, {gene: i for i, gene in enumerate(GENES)}, {"g1": 5}):
        correlated = nogueira_correlated(panels, 40, group_of)
        assert correlated == pytest.approx(expected, nan_ok=True, abs=1e-9)


@given(EQUAL, GROUPING)
def test_the_correlated_index_is_the_published_matrix_formula(panels, grouping):
    """1 - tr(C S) / tr(C S0), all matrices written out."""
    group_of = dict(zip(GENES, grouping, strict=True))
    d, k = 40, len(panels[0])
    similar = np.equal.outer(grouping, grouping).astype(float)
    z = np.array([[gene in panel for gene in GENES] for panel in panels], dtype=float)
    covariance = np.cov(z, rowvar=False)
    chance = np.full((d, d), (k**2 - k) / (d**2 - d) - k**2 / d**2)
    np.fill_diagonal(chance, k / d * (1 - k / d))
    expected = np.trace(similar @ chance)
    index, error = nogueira_correlated(panels, d, group_of)
    if expected > 1e-9:
        assert index == pytest.approx(1 - np.trace(similar @ covariance) / expected)
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
    values = [nogueira_correlated(random_panels(random, 5, 8), 40, pairs)[0] for _ in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=0.02)


def test_the_correlated_index_is_undefined_without_a_choice():
    assert np.isnan(nogueira_correlated([GENES, GENES], 40, {})).all()
    one_group = dict.fromkeys(GENES, 0)
    assert np.isnan(nogueira_correlated([["g1"], ["g2"]], 40, one_group)).all()
    with pytest.raises(ValueError, match="at least two panels, got 1"):
        nogueira_correlated([["a"]], 5, {})
    with pytest.raises(ValueError, match=r"panels must be of one size, got \[1, 2\]"):
        nogueira_correlated([["a"], ["b", "c"]], 5, {})
    with pytest.raises(ValueError, match="at least the 2 genes chosen, got 1"):
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
