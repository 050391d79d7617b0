"""First-layer sensitivity: how strongly the first hidden layer reads each gene."""

from torch import Tensor

from spinn.networks.network import Network
from spinn.networks.problem import Problem

ENTRY = {
    "name": "first_layer",
    "kind": "ranker",
    "order": 4,
    "gate": "open",
    "noise": "none",
    "takes": "norm of its first-layer weights",
    "source": "Covert et al.",
    "colour": "#CC79A7",
}


def score(network: Network, problem: Problem) -> Tensor:
    """Return the Euclidean norm of each gene's first-layer weights, shape (genes,)."""
    weight: Tensor = network.linears[0].weight.detach()
    return weight.double().norm(dim=0)
