"""Genes at random."""

import numpy as np

from spinn.panel import PanelPath
from spinn.selectors.by_score import by_score
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "random",
    "kind": "baseline",
    "order": 6,
    "takes": "random genes",
    "is_default": True,
    "is_random": True,
    "colour": "#8c8c8c",
    "marker": "X",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Take genes at random, without using the cells."""
    scores = np.random.default_rng(run.seed).permutation(cells.data.n_genes).astype(float)
    return by_score(cells, scores, run)
