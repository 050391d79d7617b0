"""The concrete autoencoder: k mixtures of genes that harden to k genes, and a network behind."""

from spinn.panel import PanelPath
from spinn.selectors.peers.concrete import ConcreteSelector
from spinn.selectors.peers.concrete_panels import concrete_panels
from spinn.selectors.peers.published import with_published_problem
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "concrete_ae",
    "kind": "peer",
    "order": 4,
    "takes": "k mixtures of genes that harden to k genes, with a network behind; per size",
    "source": "Abid et al. 2019",
    "is_random": True,
    "needs_torch": True,
    "marker": "*",
}


def prepare(cells: TrainingCells) -> TrainingCells:
    """Return cells with the task's own problem."""
    return with_published_problem(cells)


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Train a concrete autoencoder per size.

    On `reconstruction` the autoencoder; on another task the same selecting layer with that task's
    loss. Differs from the paper: no gene is chosen twice (see `ConcreteChoice`), the logits'
    learning rate follows from the number of steps, and the kept network is the best on validation
    cells.

    References
    ----------
    Abid, Balin and Zou 2019, "Concrete autoencoders" (doi:10.48550/arXiv.1901.09346).
    """
    return concrete_panels(cells.problem, ConcreteSelector, cells.settings, run)
