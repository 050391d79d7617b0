"""Sums of rows, and means and standard deviations of columns, of sparse matrices."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.arrays import Floats, Integers

CONSTANT = 1e-6  # a column whose standard deviation is not above this does not vary


def row_sums(counts: sp.csr_matrix) -> Integers:
    """Return each row's sum of a matrix of whole numbers, shape (rows,)."""
    return np.asarray(counts.sum(axis=1)).ravel().astype(np.int64)


def column_means(matrix: sp.csr_matrix) -> NDArray[Any]:
    """Return each column's mean in the matrix's own precision, shape (columns,)."""
    return np.asarray(matrix.mean(axis=0)).ravel()


def mean_and_std(matrix: sp.csr_matrix) -> tuple[Floats, Floats]:
    """Return each column's mean and standard deviation in one matrix.

    scipy divides each entry by the number of rows before it sums, `column_moments` the sum: they
    differ in the last digits, and prepared files hold what scipy gives.
    """
    wide = matrix.astype(np.float64)
    mean = column_means(wide)
    return mean, np.sqrt(np.maximum(column_means(wide.multiply(wide)) - mean**2, 0))


def column_moments(matrices: Sequence[sp.csr_matrix]) -> tuple[Floats, Floats]:
    """Return each column's mean and standard deviation over the rows of all matrices."""
    n_rows, n_columns = sum(m.shape[0] for m in matrices), matrices[0].shape[1]
    total, square = np.zeros(n_columns), np.zeros(n_columns)
    for matrix in matrices:
        data = matrix.data.astype(np.float64)
        total += np.bincount(matrix.indices, weights=data, minlength=n_columns)
        square += np.bincount(matrix.indices, weights=data**2, minlength=n_columns)
    mean = total / n_rows
    return mean, np.sqrt(np.maximum(square / n_rows - mean**2, 0))


def divisor(std: Floats) -> Floats:
    """Return standard deviations to divide by: 1 for a column that does not vary."""
    return np.where(std > CONSTANT, std, 1.0)
