"""Separation: how surely every gene tells the cells of one type from those of another.

The measure is the AUROC: the chance that a random cell of one type has more of the gene than a
random cell of the other, half of the chance of equality added. 1/2 says nothing, 1 separates. In
sparse cells most values are 0 and tied: a gene detected in 30 % of one type and 10 % of the other
has about 0.5 + (0.3 - 0.1) / 2 = 0.6, however high its values are.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from spinn.arrays import Floats, Integers


@dataclass(frozen=True)
class Separation:
    """AUROC of every gene between every pair of types, with what its variance needs.

    Parameters
    ----------
    auroc
        Shape (types, types, genes): [t, s, g] = P(x_t > x_s) + P(x_t = x_s) / 2 in gene g; 1/2
        where t = s, NaN where a type has no cells.
    squares
        The same shape: the mean, over cells of t, of the squared share of cells of s that lie below
        (ties half). Its mean unsquared is the AUROC.
    n_cells
        Shape (types,).
    """

    auroc: Floats
    squares: Floats
    n_cells: Integers

    def against_rest(self) -> Floats:
        """Return the AUROC of each type against all cells of other types, shape (types, genes).

        NaN where there are none.
        """
        weights = np.tile(self.n_cells.astype(np.float64), (len(self.n_cells), 1))
        np.fill_diagonal(weights, 0.0)
        total = weights.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            mean = np.einsum("ts,tsg->tg", weights, np.nan_to_num(self.auroc)) / total
        mean[self.n_cells == 0] = np.nan
        return mean

    def lower_bound(self, error: float) -> Floats:
        """Return one-sided lower confidence bounds of the AUROCs, missed with a chance of `error`.

        Notes
        -----
        DeLong's variance is that of the cells' placements (the share of the other type below a
        cell) in both types. It is 0 where few cells happen to be separated perfectly; so each type
        counts one cell above and one below all of the other more, as Agresti and Caffo do for
        proportions, and the lower of the two AUROCs that this gives is taken. With many cells it
        makes no difference, with five none can be sure.

        References
        ----------
        DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated receiver
        operating characteristic curves, Biometrics 44, 1988. Agresti and Caffo, Simple and
        effective confidence intervals for proportions, The American Statistician 54, 2000.
        """
        n = self.n_cells.astype(np.float64)[:, None, None]
        centre = (n * self.auroc + 1) / (n + 2)
        spread = ((n * self.squares + 1) / (n + 2) - centre**2) / (n + 2)
        # A cell of s has the share 1 - placement of t above it: the same variance.
        variance = spread + spread.swapaxes(0, 1)
        estimate = np.minimum(centre, 1 - centre.swapaxes(0, 1))
        return estimate + ndtri(error) * np.sqrt(variance)


def pairwise_auroc(values: sp.csr_matrix | sp.csc_matrix, labels: Integers, n_types: int) -> Floats:
    """Return the AUROC of every gene between every pair of types, see `Separation.auroc`."""
    return separation(values, labels, n_types).auroc


def separation(values: sp.csr_matrix | sp.csc_matrix, labels: Integers, n_types: int) -> Separation:
    """Return how every gene separates every pair of types, exactly, from sparse values.

    Parameters
    ----------
    values
        Shape (cells, genes).
    labels
        Type of each cell, in 0..n_types - 1.

    Raises
    ------
    ValueError
        If there is not one label per cell, or one is out of range.
    """
    labels = np.asarray(labels)
    if labels.shape != (values.shape[0],):
        raise ValueError(
            f"labels need one entry per cell, shape ({values.shape[0]},), got {labels.shape}"
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < n_types:
        raise ValueError(
            f"labels must lie in 0..{n_types - 1}, got {labels.min()}..{labels.max()}; "
            "n_types must be the number of all types"
        )
    by_gene = sp.csc_matrix(values, copy=True)
    by_gene.eliminate_zeros()  # stored zeros are as tied with the others as any
    n_cells = np.bincount(labels, minlength=n_types).astype(np.int64)
    member = np.eye(n_types)[labels]
    sums = np.empty((values.shape[1], 2, n_types, n_types))
    for gene, (start, end) in enumerate(zip(by_gene.indptr, by_gene.indptr[1:], strict=False)):
        entries, cells = by_gene.data[start:end], by_gene.indices[start:end]
        sums[gene] = _placements(entries, member[cells], n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        below = n_cells[None, :].astype(np.float64)
        auroc = sums[:, 0] / n_cells[:, None] / below
        squares = sums[:, 1] / n_cells[:, None] / below**2
    return Separation(np.moveaxis(auroc, 0, -1), np.moveaxis(squares, 0, -1), n_cells)


def _placements(entries: Floats, member: Floats, n_cells: Integers) -> Floats:
    """Return sums over cells of t of how many cells of s lie below, and of its square.

    Shape (2, types, types), for one gene: its non-zeros, and which type each belongs to, shape
    (non-zeros, types). Cells of equal values are one row, so that what counts are sums over rows.
    """
    order = np.argsort(entries)
    ascending = entries[order]
    first = np.flatnonzero(np.r_[True, ascending[1:] != ascending[:-1]][: len(ascending)])
    at = member[order]
    if len(first) < len(ascending):
        at = np.add.reduceat(at, first)
    zeros = n_cells - member.sum(axis=0)
    rank = np.searchsorted(ascending[first], 0)
    at = np.concatenate([at[:rank], zeros[None], at[rank:]])
    below = np.cumsum(at, axis=0) - at / 2
    return np.stack([at.T @ below, at.T @ below**2])
