"""Rankers of learnable gates score genes as their gate does."""

import pytest
import torch

from spinn.networks.training import base_network
from spinn.selectors.registry import RANKERS, load_ranker
from tests.support.cells import QUICK
from tests.support.scoring import single


@pytest.mark.parametrize("name", [name for name, e in RANKERS.items() if e.gate == name])
def test_the_score_is_the_gate_s(name):
    problem = single("full")
    network = base_network(problem, name, QUICK, seed=0)
    for parameter in network.gate.parameters():
        parameter.data = torch.randn(parameter.shape)
    scores = load_ranker(name).score(network, problem)
    assert torch.equal(scores, network.gate.scores().double())
    assert len(scores.unique()) == len(problem.genes)
