"""Whether a gene tells types apart or varies within them."""

import numpy as np
import scipy.sparse as sp

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.preparation.thinning import thin

STRUCTURE = "structure"
N_SPLITS = 5


def share_between_types(train: ExpressionData) -> Floats:
    """Return the share of each gene's signal that lies between cell types, shape (genes,), in 0..1.

    NaN for genes without signal.

    Raises
    ------
    ValueError
        If the cells have no labels.

    Notes
    -----
    Signal is the covariance of a gene with itself across two halves of the molecules, so that
    noise has no part in it; between types it is that of the types' means. Means over five splits.
    Without counts both halves are the whole cells, and noise counts as variation within types.
    """
    if train.labels is None:
        raise ValueError("roles need labels; name an obs column as label")
    pairs = [(train.values, train.values)]
    if train.has_counts:
        pairs = thin(train, n_splits=N_SPLITS, seed=0)
    size = np.bincount(train.labels, minlength=len(train.classes))
    member = sp.csr_matrix(
        (np.ones(train.n_cells), (train.labels, np.arange(train.n_cells))),
        shape=(len(size), train.n_cells),
    )
    signal, between = np.zeros(train.n_genes), np.zeros(train.n_genes)
    for a, b in pairs:
        mean_a, mean_b = (np.asarray(half.mean(axis=0)).ravel() for half in (a, b))
        signal += np.asarray(a.multiply(b).mean(axis=0)).ravel() - mean_a * mean_b
        of_type = [(member @ half).toarray() / np.maximum(size, 1)[:, None] for half in (a, b)]
        between += size / train.n_cells @ ((of_type[0] - mean_a) * (of_type[1] - mean_b))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(signal > 0, between / signal, np.nan)
    return np.clip(share, 0.0, 1.0)
