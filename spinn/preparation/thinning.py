"""Split molecules: every cell's counts thinned into two independent halves.

Halves share signal and no noise, so what one half explains of the other is signal (molecular
cross-validation: Batson, Royer and Webber 2019, doi:10.1101/786269; count splitting: Neufeld et
al. 2022, doi:10.1093/biostatistics/kxac047).
"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.arrays import Integers
from spinn.data import ExpressionData
from spinn.preparation.columns import row_sums

Molecules = tuple[sp.csr_matrix, NDArray[np.integer]]
"""Counts of the data's genes, and each cell's number of molecules of all genes."""

# A cell's values count as multiples of its smallest one when this share is within this distance.
SHARE_WHOLE, RELATIVE_DISTANCE = 0.99, 0.01


def recover_counts(values: sp.csr_matrix) -> tuple[sp.csr_matrix, NDArray[np.float64]] | None:
    """Return `whole_multiples` of log1p values, each cell scaled by one factor, where exact.

    None unless, for at least 99 % of all entries, a cell's expm1 values are whole multiples of its
    smallest one to within 1 %.
    """
    counts, unit = whole_multiples(values)
    multiple = np.expm1(values.data.astype(np.float64)) / np.repeat(unit, np.diff(values.indptr))
    whole = np.abs(multiple - np.round(multiple)) <= RELATIVE_DISTANCE * multiple
    # Every integer beyond 50 passes a 1 % test, so such entries are no evidence.
    tested = multiple < 0.5 / RELATIVE_DISTANCE
    if not np.any(tested & (multiple > 1.5)) or whole[tested].mean() < SHARE_WHOLE:
        return None
    return counts, unit


def whole_multiples(values: sp.csr_matrix) -> tuple[sp.csr_matrix, NDArray[np.float64]]:
    """Return each cell's expm1 values as rounded multiples of its smallest one, and that one.

    Int32 CSR: molecules where the multiples were whole before rounding, which is not checked (see
    `recover_counts`); and, per cell, the value of one molecule before the logarithm.
    """
    linear = np.expm1(values.data.astype(np.float64))
    per_cell = np.diff(values.indptr)
    filled = per_cell > 0
    unit = np.ones(values.shape[0])
    if filled.any():
        unit[filled] = np.minimum.reduceat(linear, values.indptr[:-1][filled])
    multiple = np.round(linear / np.repeat(unit, per_cell)).astype(np.int32)
    counts = sp.csr_matrix((multiple, values.indices, values.indptr), shape=values.shape)
    return counts, unit


def log_normalise(
    counts: sp.csr_matrix, total: NDArray[np.integer | np.floating], target_sum: float
) -> sp.csr_matrix:
    """Return log1p(counts / total * target_sum) as float32 CSR; a cell without molecules is 0."""
    scale = target_sum / np.maximum(total, 1)
    data = np.log1p(counts.data * np.repeat(scale, np.diff(counts.indptr)))
    entries = (data.astype(np.float32), counts.indices, counts.indptr)
    return sp.csr_matrix(entries, shape=counts.shape)


def thin(
    data: ExpressionData, *, n_splits: int, seed: int
) -> list[tuple[sp.csr_matrix, sp.csr_matrix]]:
    """Return ``n_splits`` pairs of `molecule_halves`, each half log-normalised by itself.

    Each is CSR (n_cells, n_genes), scaled to ``data.target_sum``.
    """
    return [
        (log_normalise(*half, data.target_sum), log_normalise(*other, data.target_sum))
        for half, other in molecule_halves(data, n_splits=n_splits, seed=seed)
    ]


def molecule_halves(
    data: ExpressionData, *, n_splits: int, seed: int
) -> Iterator[tuple[Molecules, Molecules]]:
    """Split each cell's molecules into two halves, ``n_splits`` times independently.

    Only the non-zeros are drawn: a molecule goes to either half with probability 1/2. The
    molecules of genes outside the data (``total_counts`` less the row sum) are thinned too, since
    they are part of each half's library size. Thin the parts of a split separately: then a part's
    halves depend on nothing else.
    """
    if data.counts is None or data.total_counts is None:
        raise ValueError("split molecules need counts; these data have log-normalised values only")
    rng = np.random.default_rng(seed)
    counts = data.counts
    outside = np.maximum(data.total_counts - row_sums(counts), 0)
    for _ in range(n_splits):
        half = rng.binomial(counts.data, 0.5).astype(np.int32)
        rest = rng.binomial(outside.astype(np.int64), 0.5)
        other = _molecules(counts, counts.data - half, outside - rest)
        yield _molecules(counts, half, rest), other


def _molecules(counts: sp.csr_matrix, kept: NDArray[np.int32], outside: Integers) -> Molecules:
    """Return the kept molecules as a new matrix, and totals with those of other genes."""
    half = sp.csr_matrix((kept, counts.indices, counts.indptr), shape=counts.shape, copy=True)
    total = row_sums(half) + outside
    half.eliminate_zeros()
    return half, total
