"""AUROC of genes between types, against counting all pairs and against scipy."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu, norm

from spinn.profiles.separation import pairwise_auroc, separation

N_TYPES = 3


@st.composite
def cells(draw, smallest=-2):
    """Values with many zeros and ties, and a type for each cell."""
    n_cells = draw(st.integers(1, 14))
    values = draw(arrays(np.float32, (n_cells, 3), elements=st.integers(smallest, 3).map(float)))
    labels = draw(arrays(np.int64, n_cells, elements=st.integers(0, N_TYPES - 1)))
    return values, labels


def share_below(one, other):
    """By counting: for each cell of one type, the share of the other below it, ties half."""
    return ((one[:, None] > other).mean(axis=1) + (one[:, None] >= other).mean(axis=1)) / 2


@given(cells())
def test_auroc_is_that_of_all_pairs_of_cells(drawn):
    values, labels = drawn
    auroc = pairwise_auroc(sp.csr_matrix(values), labels, N_TYPES)
    assert auroc.shape == (N_TYPES, N_TYPES, 3)
    for t, s, g in np.ndindex(auroc.shape):
        one, other = values[labels == t, g], values[labels == s, g]
        if len(one) and len(other):
            assert auroc[t, s, g] == pytest.approx(share_below(one, other).mean())
        else:
            assert np.isnan(auroc[t, s, g])


@given(cells())
def test_the_two_ways_round_add_to_one_and_a_type_is_not_told_from_itself(drawn):
    values, labels = drawn
    auroc = pairwise_auroc(sp.csc_matrix(values), labels, N_TYPES)
    known = ~np.isnan(auroc)
    assert np.allclose((auroc + auroc.swapaxes(0, 1))[known], 1)
    itself = auroc[np.arange(N_TYPES), np.arange(N_TYPES)]
    assert np.allclose(itself[~np.isnan(itself)], 0.5)


@given(cells(smallest=0))
def test_auroc_is_at_most_half_of_one_plus_the_share_detected(drawn):
    values, labels = drawn
    auroc = pairwise_auroc(sp.csr_matrix(values), labels, N_TYPES)
    for t in np.unique(labels):
        limit = (1 + (values[labels == t] > 0).mean(axis=0)) / 2
        assert np.all((auroc[t] <= limit + 1e-12) | np.isnan(auroc[t]))


@given(cells())
def test_the_rest_is_all_cells_of_other_types(drawn):
    values, labels = drawn
    against_rest = separation(sp.csr_matrix(values), labels, N_TYPES).against_rest()
    for t in range(N_TYPES):
        both = pairwise_auroc(sp.csr_matrix(values), (labels != t).astype(np.int64), 2)
        assert np.allclose(against_rest[t], both[0, 1], equal_nan=True)


def test_auroc_is_scipys_rank_sum():
    rng = np.random.default_rng(0)
    values, labels = rng.poisson(0.7, size=(200, 5)).astype(float), rng.integers(0, 2, size=200)
    auroc = pairwise_auroc(sp.csr_matrix(values), labels, 2)
    one, other = values[labels == 0], values[labels == 1]
    rank_sum = mannwhitneyu(one, other).statistic
    assert np.allclose(auroc[0, 1], rank_sum / len(one) / len(other))


def test_stored_zeros_are_zeros_and_the_values_are_not_changed():
    stored = sp.csr_matrix(([0.0, 1.0, 0.0], ([0, 1, 2], [0, 0, 0])), shape=(4, 1))
    auroc = pairwise_auroc(stored.tocsc(), np.array([0, 0, 1, 1]), 2)
    assert auroc[0, 1, 0] == 0.75
    assert stored.nnz == 3


def test_the_bound_is_delongs_with_a_cell_more_above_and_below():
    rng = np.random.default_rng(1)
    values, labels = rng.poisson(1.0, size=(60, 2)).astype(float), np.repeat([0, 1], [20, 40])
    bound = separation(sp.csr_matrix(values), labels, 2).lower_bound(0.025)
    for g in range(2):
        one, other = values[:20, g], values[20:, g]
        below = np.append(share_below(one, other), [0, 1])
        above = 1 - np.append(share_below(other, one), [0, 1])
        error = np.sqrt(below.var() / 22 + above.var() / 42)
        expected = min(below.mean(), above.mean()) + norm.ppf(0.025) * error
        assert bound[0, 1, g] == pytest.approx(expected)


@pytest.mark.parametrize(("n_cells", "sure"), [(5, False), (8, True)])
def test_five_cells_are_never_surely_separated_and_eight_perfect_ones_are(n_cells, sure):
    values = np.r_[np.arange(1, n_cells + 1), np.zeros(500)]
    labels = np.repeat([0, 1], [n_cells, 500])
    measured = separation(sp.csr_matrix(values[:, None]), labels, 2)
    assert measured.auroc[0, 1, 0] == 1
    assert (measured.lower_bound(0.001)[0, 1, 0] > 0.5) == sure


def test_the_bound_is_above_the_truth_as_rarely_as_it_says():
    rng = np.random.default_rng(2)
    values = rng.poisson(0.3, size=(45, 4000)).astype(np.float32)  # so many genes without a signal
    bound = separation(sp.csr_matrix(values), np.repeat([0, 1], [15, 30]), 2).lower_bound(0.05)
    assert np.mean(bound[0, 1] > 0.5) < 0.06


def test_labels_are_checked():
    values = sp.csr_matrix(np.ones((2, 1)))
    with pytest.raises(ValueError, match=r"one entry per cell, shape \(2,\), got \(3,\)"):
        pairwise_auroc(values, np.zeros(3, np.int64), 2)
    with pytest.raises(ValueError, match=r"lie in 0..1, got 0..5; n_types"):
        pairwise_auroc(values, np.array([0, 5]), 2)
