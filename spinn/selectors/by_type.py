"""Markers in turn: each cell type takes its best remaining gene."""

import numpy as np

from spinn.arrays import Floats
from spinn.panel import PanelPath, ranked_path
from spinn.selectors.run import Run, TrainingCells


def by_type(cells: TrainingCells, scores: Floats, run: Run) -> PanelPath:
    """Return the panels of scores, shape (types, genes), from which types take genes in turn."""
    genes, constraints = cells.data.genes, run.constraints
    constraints.check_sizes(run.sizes, genes)
    order = np.lexsort((np.broadcast_to(np.arange(len(genes)), scores.shape), -scores), axis=1)
    allowed = set(constraints.candidate_positions(genes).tolist())
    chosen = dict.fromkeys(constraints.required_positions(genes).tolist(), np.inf)
    heads = [iter(row.tolist()) for row in order]
    while len(chosen) < max(run.sizes):
        for c, head in enumerate(heads):
            gene = next((g for g in head if g in allowed and g not in chosen), None)
            if gene is not None:
                chosen[gene] = float(scores[c, gene])
    return ranked_path([genes[i] for i in chosen], list(chosen.values()), run.sizes)
