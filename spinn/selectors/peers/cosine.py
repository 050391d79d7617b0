"""COSG's cosine score: each type in turn takes the gene that points most to it."""

import numpy as np

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.panel import PanelPath
from spinn.selectors.by_type import by_type
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "cosine",
    "kind": "peer",
    "order": 2,
    "takes": "each type's genes in turn by COSG's cosine score",
    "source": "Dai et al. 2022",
    "needs_labels": True,
    "marker": ">",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Let each cell type in turn take the gene that points most to it and to no other.

    References
    ----------
    Dai, Pei and Wang 2022, COSG (doi:10.1093/bib/bbab579).
    """
    return by_type(cells, cosine_scores(cells.data.of("train")), run)


def cosine_scores(train: ExpressionData) -> Floats:
    """Return cos_kg^3 / (sum over types l of cos_lg^2), shape (types, genes), in 0..1.

    cos_kg is the cosine of the angle between gene g's values and the 0/1 indicator of type k. Its
    square is divided among the types (COSG's penalty with mu = 1), so that a gene on everywhere
    counts for none, and multiplied by cos_kg again, so that a gene on in one cell only does not
    count either. A silent gene scores 0; types without a training cell get no row.
    """
    labels = np.asarray(train.labels)
    size = np.bincount(labels)
    present = np.flatnonzero(size)
    indicator = (labels == present[:, None]).astype(np.float64)
    values = train.values.astype(np.float64)
    norm = np.sqrt(np.asarray(values.multiply(values).sum(axis=0)).ravel())
    cos = np.asarray((values.T @ indicator.T).T) / np.sqrt(size[present])[:, None]
    cos = cos / np.where(norm > 0, norm, 1.0)
    total = (cos**2).sum(axis=0)
    scores: Floats = cos**3 / np.where(total > 0, total, 1.0)
    return scores
