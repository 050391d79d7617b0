"""Complementary halves of the training cells, and the same cells without structure."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.arrays import Integers
from spinn.data import ExpressionData
from spinn.preparation.columns import divisor, mean_and_std, row_sums
from spinn.preparation.thinning import log_normalise

MIN_DONORS = 4  # training donors from which on halves are made of whole donors


def cell_halves(data: ExpressionData, *, n_pairs: int, seed: int) -> Iterator[ExpressionData]:
    """Yield both halves of ``n_pairs`` random divisions of the training cells.

    A division's halves have no cell in common: whole donors where there are four or more, else
    cells stratified by label, equally many of a type in both to within one. Cells of other parts
    stay with each half, as the validation that a selector may need. Moments are those of the half.
    """
    rng = np.random.default_rng(seed)
    train, rest = np.flatnonzero(data.part == "train"), np.flatnonzero(data.part != "train")
    for _ in range(n_pairs):
        first = _first_half(data.take(train), rng)
        for mask in (first, ~first):
            yield with_training_moments(data.take(np.sort(np.concatenate([train[mask], rest]))))


def permute_genes(data: ExpressionData, *, seed: int) -> ExpressionData:
    """Return the data with each gene's training values permuted among the training cells.

    Every gene keeps its distribution and becomes independent of other genes and of labels. Where
    molecules are known they are permuted, and normalised by the cells' new totals.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(data.part == "train")
    if data.counts is None or data.total_counts is None:
        return with_training_moments(replace(data, values=_permute_columns(data.values, rows, rng)))
    counts = _permute_columns(data.counts, rows, rng)
    total = np.maximum(data.total_counts - row_sums(data.counts) + row_sums(counts), 1)
    values = log_normalise(counts, total, data.target_sum)
    return with_training_moments(replace(data, values=values, counts=counts, total_counts=total))


def with_training_moments(data: ExpressionData) -> ExpressionData:
    """Return the data with its training cells' moments; a constant gene's std is 1."""
    mean, std = mean_and_std(data.values[data.part == "train"])
    return replace(data, mean=mean.astype(np.float32), std=divisor(std).astype(np.float32))


def _first_half(train: ExpressionData, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which training cells make the first half."""
    if train.donors is not None:
        names, code = np.unique(train.donors, return_inverse=True)
        if len(names) >= MIN_DONORS:
            return np.isin(code, rng.permutation(len(names))[: len(names) // 2])
    strata = np.zeros(train.n_cells) if train.labels is None else train.labels
    order = np.lexsort((rng.random(train.n_cells), strata))
    first = np.zeros(train.n_cells, dtype=bool)
    first[order[rng.integers(2) :: 2]] = True  # every second cell of each type in turn
    return first


def _permute_columns(
    matrix: sp.csr_matrix, rows: Integers, rng: np.random.Generator
) -> sp.csr_matrix:
    """Return a matrix with the entries of each column permuted among some rows."""
    inside, whole = matrix[rows].tocsc(), matrix.tocoo()
    n_entries = np.diff(inside.indptr)
    stays = ~np.isin(whole.row, rows)
    entries = np.concatenate([whole.data[stays], inside.data])
    new_rows = [rows[rng.permutation(len(rows))[:n]] for n in n_entries]
    row = np.concatenate([whole.row[stays], *new_rows])
    column = np.concatenate([whole.col[stays], np.repeat(np.arange(matrix.shape[1]), n_entries)])
    permuted = sp.csr_matrix((entries, (row, column)), shape=matrix.shape)
    permuted.eliminate_zeros()
    return permuted
