"""Complementary halves of the training cells, and the same cells without structure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.data import ExpressionData
from spinn.preparation.thinning import log_normalise

LEAST_DONORS = 4  # training donors from which on halves are made of whole donors


def halves(data: ExpressionData, *, n_pairs: int, seed: int) -> Iterator[ExpressionData]:
    """Yield both halves of ``n_pairs`` random divisions of the training cells.

    Parameters
    ----------
    data
        Prepared data; cells of other parts stay with each half, as the validation that a selector
        may need. Moments are those of the half.
    n_pairs
        Divisions; each gives two halves without a cell in common.
    seed
        Of the divisions.

    Notes
    -----
    Whole donors where there are four or more, else cells stratified by label: a type stands in
    both halves alike, to within one cell.
    """
    rng = np.random.default_rng(seed)
    train, rest = np.flatnonzero(data.part == "train"), np.flatnonzero(data.part != "train")
    for _ in range(n_pairs):
        first = _first_half(data.take(train), rng)
        for mask in (first, ~first):
            yield with_own_moments(data.take(np.sort(np.concatenate([train[mask], rest]))))


def without_structure(data: ExpressionData, *, seed: int) -> ExpressionData:
    """Return the data with each gene's training values dealt anew among the training cells.

    Every gene keeps its own distribution, and tells neither about other genes nor about labels.
    Where molecules are known these are dealt, and normalised by the cells' new totals.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(data.part == "train")
    if data.counts is None or data.total_counts is None:
        return with_own_moments(replace(data, values=_dealt(data.values, rows, rng)))
    counts = _dealt(data.counts, rows, rng)
    beyond = data.total_counts - _row_sums(data.counts)
    total = np.maximum(beyond + _row_sums(counts), 1)
    values = log_normalise(counts, total, data.target_sum)
    dealt = replace(data, values=values, counts=counts, total_counts=total)
    return with_own_moments(dealt)


def with_own_moments(data: ExpressionData) -> ExpressionData:
    """Return the data with the moments of their own training cells; 1 for a constant gene's std."""
    train = data.values[data.part == "train"].astype(np.float64)
    mean = np.asarray(train.mean(axis=0)).ravel()
    square = np.asarray(train.multiply(train).mean(axis=0)).ravel()
    std = np.sqrt(np.maximum(square - mean**2, 0))
    std = np.where(std > 1e-6, std, 1.0)
    return replace(data, mean=mean.astype(np.float32), std=std.astype(np.float32))


def _first_half(train: ExpressionData, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which training cells make the first half."""
    if train.donors is not None:
        names, code = np.unique(train.donors, return_inverse=True)
        if len(names) >= LEAST_DONORS:
            chosen = rng.permutation(len(names))[: len(names) // 2]
            return np.isin(code, chosen)
    strata = np.zeros(train.n_cells) if train.labels is None else train.labels
    order = np.lexsort((rng.random(train.n_cells), strata))
    first = np.zeros(train.n_cells, dtype=bool)
    first[order[rng.integers(2) :: 2]] = True  # every second cell of each type in turn
    return first


def _dealt(matrix: sp.csr_matrix, rows: NDArray[Any], rng: np.random.Generator) -> sp.csr_matrix:
    """Return a matrix with the entries of each column dealt anew among some rows."""
    inside, others = matrix[rows].tocsc(), matrix.tocoo()
    places = [rng.permutation(len(rows))[:n] for n in np.diff(inside.indptr)]
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(inside.indptr))
    stays = ~np.isin(others.row, rows)
    dealt = sp.csr_matrix(
        (
            np.concatenate([others.data[stays], inside.data]),
            (
                np.concatenate([others.row[stays], *(rows[place] for place in places)]),
                np.concatenate([others.col[stays], columns]),
            ),
        ),
        shape=matrix.shape,
    )
    dealt.eliminate_zeros()
    return dealt


def _row_sums(counts: sp.csr_matrix) -> NDArray[np.int64]:
    return np.asarray(counts.sum(axis=1)).ravel().astype(np.int64)
