"""Panels of the genes with the largest scores."""

import numpy as np

from spinn.arrays import Floats
from spinn.panel import PanelPath, ranked_path
from spinn.selectors.run import Run, TrainingCells


def by_score(cells: TrainingCells, scores: Floats, run: Run) -> PanelPath:
    """Return the panels of scores, shape (genes,): required genes first, ties by name."""
    genes, constraints = np.array(cells.data.genes), run.constraints
    constraints.check_sizes(run.sizes, cells.data.genes)
    candidates = constraints.candidate_positions(cells.data.genes)
    names, scores = genes[candidates], scores[candidates]
    order = best_first(names, scores, run)
    return ranked_path(names[order].tolist(), scores[order].tolist(), run.sizes)


def best_first(names: np.ndarray, scores: Floats, run: Run) -> np.ndarray:
    """Return the order of genes: required first, then by falling score, ties by name."""
    is_optional = ~np.isin(names, run.constraints.required)
    return np.lexsort((names, -scores, is_optional))
