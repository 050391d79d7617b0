"""Learnable additive noise: how little noise the gate adds to each gene."""

from torch import Tensor

from spinn.networks.network import Network
from spinn.networks.problem import Problem

ENTRY = {
    "name": "gaussian",
    "kind": "ranker",
    "order": 2,
    "gate": "gaussian",
    "noise": "learnable additive noise; mean of log(1 + 1/sigma^2)",
    "takes": "1 / sigma",
    "source": "Covert et al.",
    "colour": "#D55E00",
}


def score(network: Network, problem: Problem) -> Tensor:
    """Return the gate's own scores, shape (genes,), larger for less noise."""
    return network.gate.scores().double()
