"""Split molecules: the halves' laws, and counts recovered from log-normalised values."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from spinn.preparation.thinning import log_normalise, recover_counts, thin
from tests.support.cells import from_counts, make_data, without_counts


def molecules(data, pair):
    """Return both halves' counts, shape (2, cells, genes), and totals, shape (2, cells).

    half = expm1(value) * total / target_sum, and the halves add up: per cell the two totals are
    the unknowns of a least-squares problem.
    """
    linear = [np.expm1(half.toarray().astype(np.float64)) / data.target_sum for half in pair]
    counts = data.counts.toarray()
    halves, totals = np.zeros((2, *counts.shape)), np.zeros((2, len(counts)))
    for cell, whole in enumerate(counts):
        sides = np.column_stack([linear[0][cell], linear[1][cell]])
        totals[:, cell] = np.linalg.lstsq(sides, whole, rcond=None)[0]
        halves[:, cell] = (sides * totals[:, cell]).T
    return halves, totals


def test_halves_are_whole_molecules_and_sum_to_the_counts():
    data = make_data(40, 15)
    pairs = thin(data, n_splits=3, seed=0)
    assert len(pairs) == 3
    for pair in pairs:
        (one, other), totals = molecules(data, pair)
        np.testing.assert_allclose(one, one.round(), atol=1e-3)
        np.testing.assert_allclose(one + other, data.counts.toarray(), atol=1e-3)
        np.testing.assert_allclose(totals.sum(0), data.total_counts, rtol=1e-3)


def test_a_half_counts_the_molecules_of_genes_outside_the_data():
    data = make_data(40, 15)
    assert (data.total_counts > np.asarray(data.counts.sum(axis=1)).ravel()).all()
    for half in thin(data, n_splits=1, seed=0)[0]:
        assert (np.expm1(half.toarray()).sum(axis=1) < data.target_sum).all()
    whole = from_counts(data.counts)
    for half in thin(whole, n_splits=1, seed=0)[0]:
        np.testing.assert_allclose(np.expm1(half.toarray()).sum(axis=1), 1e4, rtol=1e-4)


def test_a_molecule_goes_to_either_half_with_probability_one_half():
    counts = np.array([[0, 1, 2, 5, 10, 50, 400]])
    n = 4000
    data = from_counts(sp.csr_matrix(np.repeat(counts, n, axis=0).astype(np.int32)))
    (half, _), _ = molecules(data, thin(data, n_splits=1, seed=0)[0])
    standard_error = np.sqrt(counts[0] / 4 / n)
    assert np.abs(half.mean(0) - counts[0] / 2).max() <= (5 * standard_error).max()
    np.testing.assert_allclose(half.var(0), counts[0] / 4, rtol=5 * np.sqrt(2 / n), atol=1e-6)


def test_halves_of_poisson_molecules_are_independent():
    n = 5000
    rate = np.linspace(0.3, 6, 10)
    counts = np.random.default_rng(0).poisson(rate, size=(n, 10)).astype(np.int32)
    data = from_counts(sp.csr_matrix(counts))
    (one, other), _ = molecules(data, thin(data, n_splits=1, seed=1)[0])
    r = [np.corrcoef(one[:, g], other[:, g])[0, 1] for g in range(10)]
    assert np.abs(r).max() < 4.5 / np.sqrt(n)


def test_the_same_seed_gives_the_same_halves_and_leaves_the_data_unchanged():
    data = make_data(20, 8)
    before = data.fingerprint()
    one, again = thin(data, n_splits=2, seed=4), thin(data, n_splits=2, seed=4)
    another = thin(data, n_splits=2, seed=5)
    for pair in zip(np.ravel(one), np.ravel(again), strict=True):
        assert (pair[0] != pair[1]).nnz == 0
    assert (one[0][0] != another[0][0]).nnz
    assert (one[0][0] != one[1][0]).nnz
    assert data.fingerprint() == before


def test_thinning_needs_counts():
    with pytest.raises(ValueError, match="split molecules need counts; these data have log-norm"):
        thin(without_counts(make_data()), n_splits=1, seed=0)


@given(
    target_sum=st.sampled_from([1e3, 2345.6, 1e4, 1e6]),
    seed=st.integers(0, 100),
    rate=st.sampled_from([0.1, 1.0, 5.0]),
)
def test_counts_are_recovered_exactly(target_sum, seed, rate):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(2, rate / 2, size=300), size=(20, 300)).astype(np.int32)
    counts[:, 0] = 1  # what one molecule is worth must be seen
    counts[3] = 0  # an empty cell
    counts = sp.csr_matrix(counts)
    total = np.asarray(counts.sum(axis=1)).ravel() + rng.integers(0, 500, 20)
    recovered, unit = recover_counts(log_normalise(counts, total, target_sum))
    assert recovered.dtype == np.int32
    assert (recovered != counts).nnz == 0
    filled = np.arange(20) != 3
    np.testing.assert_allclose(unit[filled], target_sum / total[filled], rtol=1e-4)


REFUSED = {
    "continuous": lambda rng: np.log1p(rng.gamma(2, 3, size=(30, 50))),
    "detected or not": lambda rng: rng.integers(0, 2, (30, 50)) * 0.7,
    "empty": lambda rng: np.zeros((30, 50)),
    "regressed": lambda rng: np.log1p(rng.poisson(2, (30, 50)) * rng.uniform(0.8, 1.2, 50)),
    "large only": lambda rng: np.log1p(rng.integers(60, 900, (30, 50)) + 0.3),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_values_that_are_no_counts_are_refused(kind):
    values = REFUSED[kind](np.random.default_rng(0))
    assert recover_counts(sp.csr_matrix(values.astype(np.float32))) is None


@pytest.mark.parametrize(("share", "accepted"), [(0.003, True), (0.05, False)])
def test_a_few_odd_values_are_tolerated(share, accepted):
    rng = np.random.default_rng(0)
    counts = rng.poisson(2, size=(50, 200)) + 1.0
    odd = rng.random(counts.shape) < share
    values = np.log1p(np.where(odd, counts + 0.4, counts) * 3.3).astype(np.float32)
    assert (recover_counts(sp.csr_matrix(values)) is not None) == accepted


def test_log_normalise_is_the_formula():
    counts = sp.csr_matrix(np.array([[1, 3, 0], [0, 0, 0], [2, 0, 6]], dtype=np.int32))
    total = np.array([8, 0, 8])
    expected = np.log1p(counts.toarray() / np.array([[8], [1], [8]]) * 100)
    values = log_normalise(counts, total, 100)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values.toarray(), expected, rtol=1e-6)
