"""How surely genes together tell two cell types apart: one linear discriminant of all types."""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.preparation.columns import divisor
from spinn.profiles.means import means_of_types

_CELLS_AT_ONCE = 4096


@dataclass(frozen=True)
class Discriminant:
    """What linear discriminants of any genes need, measured once on training cells.

    Parameters
    ----------
    scale
        Shape (genes,): what values are divided by.
    mean
        Shape (types, genes), of scaled values; 0 for a type without training cells.
    within
        Shape (genes, genes): covariance of scaled values within types.
    n_cells
        Number of training cells.
    """

    scale: Floats
    mean: Floats
    within: Floats
    n_cells: int

    def scores(self, values: sp.csr_matrix, genes: Integers) -> Floats:
        """Return linear scores of cells by some genes, shape (cells, types).

        The difference of two types' scores tells their cells apart: the larger, the more like the
        first.

        Notes
        -----
        Scores are x' (W + r I)^-1 m with the covariance W within types and a type's mean m. The
        ridge r is the number of genes over that of cells, the size of the noise in W: it leaves few
        genes as they are, and lets the many of the whole data count almost each by itself.
        """
        ridge = len(genes) / self.n_cells
        regular = self.within[np.ix_(genes, genes)] + ridge * np.eye(len(genes))
        weights = scipy.linalg.solve(regular, self.mean[:, genes].T, assume_a="pos")
        return values[:, genes] @ (weights / self.scale[genes, None])


def discriminant(train: ExpressionData) -> Discriminant:
    """Return the linear discriminant of the types of training cells, which must have labels."""
    scale, labels = divisor(train.std.astype(np.float64)), np.asarray(train.labels)
    mean = np.nan_to_num(means_of_types(train.values, labels, len(train.classes))) / scale
    within = np.zeros((train.n_genes, train.n_genes))
    for start in range(0, train.n_cells, _CELLS_AT_ONCE):
        rows = slice(start, start + _CELLS_AT_ONCE)
        deviation = train.values[rows].toarray() / scale - mean[labels[rows]]
        part = deviation.astype(np.float32)  # half the time, and exact enough for a score
        within += part.T @ part
    return Discriminant(scale, mean, within / train.n_cells, train.n_cells)
