"""The concrete autoencoder: k mixtures of genes that harden to k genes, and a network behind."""

from collections.abc import Sequence

from spinn.constraints.constraints import Constraints
from spinn.networks.problem import Problem
from spinn.panel import PanelPath
from spinn.selectors.peers.concrete import ConcreteSelector
from spinn.selectors.peers.concrete_panels import concrete_panels
from spinn.settings import Settings


def concrete_ae(
    problem: Problem,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return the panels of a concrete autoencoder, one training per size.

    On `reconstruction` the autoencoder; on another task the same selecting layer with that task's
    loss. Differs from the paper: no gene is chosen twice (`spinn.selectors.peers.concrete`), the logits'
    learning rate follows from the number of steps, and the kept network is the best on validation
    cells.

    See `concrete_panels` for parameters and errors.

    References
    ----------
    Abid, Balin and Zou 2019, "Concrete autoencoders" (doi:10.48550/arXiv.1901.09346).
    """
    return concrete_panels(
        problem, ConcreteSelector, settings, sizes=sizes, seed=seed, constraints=constraints
    )
