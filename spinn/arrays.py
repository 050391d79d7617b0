"""Types of arrays, and the column moments of sparse matrices."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CONSTANT = 1e-6  # a column whose standard deviation is not above this does not vary


def column_moments(matrices: Sequence[sp.csr_matrix]) -> tuple[Floats, Floats]:
    """Return each column's mean and standard deviation over the rows of all matrices.

    Parameters
    ----------
    matrices
        Sparse, shape (rows, columns), equally many columns; at least one.
    """
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
