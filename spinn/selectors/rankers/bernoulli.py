"""Learnable dropout: how open the gate holds each gene."""

from torch import Tensor

from spinn.networks.network import Network
from spinn.networks.problem import Problem

ENTRY = {
    "name": "bernoulli",
    "kind": "ranker",
    "order": 1,
    "gate": "bernoulli",
    "noise": "learnable dropout, concrete relaxation; mean of 1 - p (or - log p)",
    "takes": "1 - p",
    "source": "Gal et al. 2017; Covert et al.",
    "colour": "#0072B2",
}


def score(network: Network, problem: Problem) -> Tensor:
    """Return the gate's own scores, shape (genes,), larger for more open."""
    return network.gate.scores().double()
