"""First-layer sensitivity is a norm of weights."""

import torch

from spinn.selectors.rankers import first_layer
from tests.support.scoring import network_for, problem_of


def test_the_score_is_the_norm_of_a_gene_s_weights():
    problem = problem_of("full")
    network = network_for(problem)
    expected = network.linears[0].weight.detach().norm(dim=0)
    torch.testing.assert_close(first_layer.score(network, problem), expected)
