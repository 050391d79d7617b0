"""Sums and moments of sparse columns against dense arrays."""

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.preparation.columns import column_means, column_moments, divisor, mean_and_std, row_sums


def sparse(n_rows, seed=0):
    random = np.random.default_rng(seed)
    return sp.csr_matrix(random.poisson(0.7, size=(n_rows, 6)) * 1.25)


def test_moments_are_those_of_dense_columns():
    matrix = sparse(40)
    dense = matrix.toarray()
    np.testing.assert_allclose(column_means(matrix), dense.mean(axis=0))
    for mean, std in (mean_and_std(matrix.astype(np.float32)), column_moments([matrix])):
        assert mean.dtype == std.dtype == np.float64
        np.testing.assert_allclose(mean, dense.mean(axis=0))
        np.testing.assert_allclose(std, dense.std(axis=0))


def test_moments_of_several_matrices_are_those_of_all_rows():
    parts = [sparse(30, seed=1), sparse(11, seed=2)]
    expected = column_moments([sp.vstack(parts, format="csr")])
    np.testing.assert_allclose(column_moments(parts), expected)


def test_rows_sum_to_whole_numbers():
    counts = sp.csr_matrix(np.array([[1, 2], [0, 0]], dtype=np.int32))
    assert row_sums(counts).tolist() == [3, 0]
    assert row_sums(counts).dtype == np.int64


@pytest.mark.parametrize("value", [0.1, 7.0])
def test_a_constant_column_is_divided_by_one(value):
    matrix = sp.csr_matrix(np.full((37, 2), value))
    for _, std in (mean_and_std(matrix), column_moments([matrix])):
        np.testing.assert_array_equal(divisor(std), 1)
    assert divisor(np.array([2.0]))[0] == 2
