"""Neighbourhoods of cells, and how much of them a panel keeps."""

import numpy as np
from numpy.typing import ArrayLike

from spinn.arrays import Floats, Integers

OVERLAP_AT = range(5, 31)
"""Numbers of neighbours over which `knn_overlap` averages."""

_BLOCK = 2**23  # distances held at once, 64 MB
_TIE = 2.0**-40  # squared distances nearer than this share of the largest norm are ties


def principal_components(x: ArrayLike, n: int) -> Floats:
    """Return the cells' coordinates on the first `n` principal components, largest variance first.

    `x`, shape (cells, columns), is centred here, not scaled; what is returned has shape
    (cells, min(n, cells, columns)). Each component points to where its largest loading is positive,
    so that the sign does not depend on the machine.
    """
    if n < 1:
        raise ValueError(f"the number of components must be at least 1, got {n}")
    centred = _centred(x)
    # The SVD via the smaller Gram matrix: far cheaper, exact to half the digits, enough here.
    if centred.shape[0] >= centred.shape[1]:
        loadings = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :n]
        scores = centred @ loadings
    else:
        variances, directions = np.linalg.eigh(centred @ centred.T)
        scores = (directions * np.sqrt(np.maximum(variances, 0)))[:, ::-1][:, :n]
        loadings = centred.T @ scores  # up to each one's length
    largest = np.abs(loadings).argmax(axis=0)
    signs = np.where(loadings[largest, np.arange(loadings.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(scores * signs, dtype=np.float64)


def neighbors(x: ArrayLike, k: int) -> Integers:
    """Return each cell's `k` nearest other cells, nearest first, shape (cells, k).

    Euclidean, exact. Cells at the same distance are in the order of their rows; distances that
    differ by rounding only are the same distance.
    """
    centred = _centred(x)
    n_cells = centred.shape[0]
    if not 1 <= k < n_cells:
        raise ValueError(f"k must lie in 1..{n_cells - 1} for {n_cells} cells, got {k}")
    norms = np.square(centred).sum(axis=1)
    unit = max(float(norms.max()) * _TIE, np.finfo(float).tiny)
    rows = max(1, _BLOCK // n_cells)
    nearest = np.empty((n_cells, k), dtype=np.int64)
    for start in range(0, n_cells, rows):
        stop = min(start + rows, n_cells)
        squared = norms[start:stop, None] + norms - 2 * centred[start:stop] @ centred.T
        distances = np.round(squared / unit)
        distances[np.arange(stop - start), np.arange(start, stop)] = np.inf  # the cell itself
        nearest[start:stop] = _smallest(distances, k)
    return nearest


def knn_share(reference_neighbors: ArrayLike, panel_neighbors: ArrayLike) -> Floats:
    """Return the share of each cell's reference neighbours that the panel keeps, in 0..1.

    Both as `neighbors` returns them, shape (cells, k). By chance alone k / (cells - 1).
    """
    reference, panel = _same_shape(reference_neighbors, panel_neighbors)
    return (reference[:, :, None] == panel[:, None, :]).any(axis=2).mean(axis=1)


def knn_overlap(
    reference_neighbors: ArrayLike, panel_neighbors: ArrayLike, numbers: range = OVERLAP_AT
) -> Floats:
    """Return the share of each cell's k reference neighbours kept, averaged over k, in 0..1.

    Both as `neighbors` returns them, shape (cells, n); of ``numbers``, the k's, those above ``n``
    are left out. A neighbour that is the i-th in one and the j-th in the other counts for every k
    of at least max(i, j), so that one comparison serves all k.

    References
    ----------
    Kuemmerle et al. 2024, Spapros (doi:10.1038/s41592-024-02496-z), metric knn_overlap, with k real
    neighbours: there the cell is one of its own k.
    """
    reference, panel = _same_shape(reference_neighbors, panel_neighbors)
    n_cells, n = reference.shape
    ks = np.array([k for k in numbers if k <= n])
    if ks.size == 0:
        raise ValueError(f"at least {numbers.start} neighbours are needed, got {n}")
    overlap = np.empty(n_cells)
    later = np.maximum.outer(np.arange(n), np.arange(n))
    rows = max(1, _BLOCK // n**2)
    for start in range(0, n_cells, rows):
        block = slice(start, start + rows)
        same = reference[block, :, None] == panel[block, None, :]
        met = np.stack([(same & (later == at)).sum(axis=(1, 2)) for at in range(n)], axis=1)
        overlap[block] = (met.cumsum(axis=1)[:, ks - 1] / ks).mean(axis=1)
    return overlap


def _same_shape(reference: ArrayLike, panel: ArrayLike) -> tuple[Integers, Integers]:
    one, other = np.asarray(reference), np.asarray(panel)
    if one.shape != other.shape:
        raise ValueError(f"both must have the same cells and k, got {one.shape} and {other.shape}")
    return one, other


def _centred(x: ArrayLike) -> Floats:
    values = np.asarray(x, dtype=np.float64)
    return values - values.mean(axis=0)


def _smallest(distances: Floats, k: int) -> Integers:
    """Return the columns of each row's `k` smallest entries, ties by column."""
    columns = np.sort(np.argpartition(distances, k - 1, axis=1)[:, :k], axis=1)
    chosen = np.take_along_axis(distances, columns, axis=1)
    order = np.argsort(chosen, axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, axis=1)
    # The partition chose arbitrarily among ties at the border: those rows are sorted in full.
    tied = (distances <= chosen.max(axis=1, keepdims=True)).sum(axis=1) > k
    columns[tied] = np.argsort(distances[tied], axis=1, kind="stable")[:, :k]
    return columns
