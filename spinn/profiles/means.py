"""Mean values of every gene in every cell type."""

import numpy as np
import scipy.sparse as sp

from spinn.arrays import Floats, Integers


def means_of_types(values: sp.csr_matrix, labels: Integers, n_types: int) -> Floats:
    """Return the mean of every gene over the cells of each type, shape (types, genes).

    NaN where a type, in 0..n_types - 1, has no cells.
    """
    n_cells = np.bincount(labels, minlength=n_types)
    places = (labels, np.arange(len(labels)))
    member = sp.csr_matrix((np.ones(len(labels)), places), shape=(n_types, len(labels)))
    with np.errstate(invalid="ignore"):
        return (member @ values).toarray() / n_cells[:, None]
