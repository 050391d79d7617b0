"""Forward selection on whole cells."""

from spinn.panel import PanelPath
from spinn.preparation.moments import whole_moments
from spinn.selectors.forward import forward_selection
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "greedy",
    "kind": "baseline",
    "order": 1,
    "takes": "forward column subset selection on the training covariance",
    "is_default": True,
    "colour": "#1a1a1a",
    "marker": "s",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Take in turn the gene that explains most of what is left of all targets.

    Targets are all genes or, for `classification`, the class indicators.

    References
    ----------
    Farahat, Ghodsi and Kamel 2011, "An efficient greedy method for unsupervised feature
    selection", equation 10.
    """
    return forward_selection(cells, whole_moments(cells.data.of("train"), cells.task), run)
