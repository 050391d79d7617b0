"""Three pairs of twin genes, of which one pair follows the cell types."""

import numpy as np
import scipy.sparse as sp

from tests.support.cells import from_counts


def twins():
    """Three pairs of genes of one rate each, and four independent genes; types in one pair."""
    rng = np.random.default_rng(0)
    kind = np.arange(900) % 3
    programme = rng.normal(size=(900, 3))
    programme[:, 0] = kind - 1
    rate = np.exp(1.5 + 0.7 * np.repeat(programme, 2, axis=1))
    rate = np.hstack([rate, rng.gamma(4, 1, size=(900, 4))])
    counts = sp.csr_matrix(rng.poisson(rate).astype(np.int32))
    return from_counts(counts, total=np.full(900, 2000), labels=kind)
