"""Forward selection for cell types and for all genes at once."""

from spinn.panel import PanelPath
from spinn.preparation.moments import mixed_moments
from spinn.selectors.forward import forward_selection
from spinn.selectors.run import Run, TrainingCells

TYPE_WEIGHT = 0.1  # of the cell types
ENTRY = {
    "name": "greedy_mixed",
    "kind": "baseline",
    "order": 7,
    "takes": "`greedy_split` for all genes and for cell types at once, nine to one",
    "needs_labels": True,
    "colour": "#1a1a1a",
    "marker": "o",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Take genes as `greedy_split` does, for cell types and all genes at once, whatever the task.

    Nine parts of a gene's gain are the share of the genes' variance that it explains, one part
    (`TYPE_WEIGHT`) the share of the types'.
    """
    moments = mixed_moments(cells.data.of("train"), TYPE_WEIGHT)
    return forward_selection(cells, moments, run, without_self=moments.own_noise)
