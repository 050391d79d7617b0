"""Largest loadings on principal components."""

import numpy as np
import scipy.linalg

from spinn.panel import PanelPath
from spinn.selectors.by_score import by_score
from spinn.selectors.run import Run, TrainingCells

N_COMPONENTS = 20
ENTRY = {
    "name": "pca",
    "kind": "baseline",
    "order": 3,
    "takes": "largest summed loadings on 20 principal components",
    "is_default": True,
    "colour": "#595959",
    "marker": "^",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Rank genes by the sum of their absolute loadings on the first 20 principal components.

    References
    ----------
    Kuemmerle et al. 2024, Spapros, its PCA baseline (doi:10.1038/s41592-024-02496-z).
    """
    train = cells.data.of("train")
    centred = train.values.toarray().astype(np.float64) - train.mean
    covariance = centred.T @ centred / train.n_cells
    last, n = train.n_genes - 1, min(N_COMPONENTS, train.n_genes)
    _, loadings = scipy.linalg.eigh(covariance, subset_by_index=(last - n + 1, last))
    return by_score(cells, np.abs(loadings).sum(axis=1), run)
