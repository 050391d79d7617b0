"""Forward selection on split molecules."""

from spinn.panel import PanelPath
from spinn.selectors.forward import forward_selection
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "greedy_split",
    "kind": "baseline",
    "order": 2,
    "takes": "column subset selection on the cross-covariance of two halves of the molecules",
    "is_default": True,
    "colour": "#1a1a1a",
    "marker": "D",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Take genes as `greedy` does, from one half of the molecules to the other: noise cancels.

    The moments are means over several splits and both directions. Without counts a gene gets no
    credit for itself nor for genes already chosen.
    """
    moments = cells.moments(cells.data.of("train"), cells.task)
    return forward_selection(cells, moments, run, without_self=moments.own_noise)
