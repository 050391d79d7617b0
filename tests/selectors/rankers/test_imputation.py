"""Imputation by hand; against recomputed losses in test_every_ranker."""

import torch

from spinn.selectors.rankers import imputation
from tests.support.scoring import network_for, problem_of, views_of


def test_the_score_of_a_linear_network_by_hand():
    """Without gene i the residual grows by x_i v_i: E[x_i^2] |v_i|^2 + 2 E[x_i e'] v_i."""
    problem = problem_of("regression")
    network = network_for(problem, ())
    x, y = (torch.cat(tensors) for tensors in zip(*views_of(problem), strict=True))
    weight = network.linears[0].weight.detach()
    residual = (y - network(x)).detach()
    square = x.square().mean(0) * weight.square().sum(0)
    cross = ((x[:, :, None] * residual[:, None, :]).mean(0) * weight.T).sum(1)
    expected = (square + 2 * cross) / y.shape[1]
    torch.testing.assert_close(imputation.score(network, problem), expected)
