"""Jacobian sensitivity by hand; against autograd in test_every_ranker."""

import torch

from spinn.selectors.rankers import jacobian
from tests.support.scoring import network_for, problem_of


def test_the_score_of_a_linear_network_is_its_weights():
    problem = problem_of("regression")
    network = network_for(problem, ())
    expected = network.linears[0].weight.detach().square().sum(0)
    torch.testing.assert_close(jacobian.score(network, problem), expected)
