"""What every ranker's score promises; of those with a referee, that they agree with it."""

from dataclasses import replace

import pytest
import torch

from spinn.networks.network import ACTIVATIONS
from spinn.selectors.rankers import imputation, jacobian
from spinn.selectors.registry import RANKERS, load_ranker
from tests.support.scoring import (
    DEPTHS,
    KINDS,
    check,
    leaves_itself_out,
    network_for,
    problem_of,
    single,
    views_of,
)


def referee_jacobian(network, problem, views):
    """Gene by gene and cell by cell, by autograd."""
    total, n = 0, 0
    inputs = torch.arange(network.n_inputs)
    for x, _ in views:
        for cell in x:
            slopes = torch.autograd.functional.jacobian(network.body, cell)  # (outputs, genes)
            square = slopes.square().sum(0)
            if leaves_itself_out(problem):
                square = square - slopes[problem.positions, inputs].square()
            total, n = total + square, n + 1
    return total / n


def referee_imputation(network, problem, views):
    """Gene by gene, the loss computed again without the gene."""

    def loss(x, y, gene):
        output = network.body(x)
        losses = problem.task.loss(output, y)
        if leaves_itself_out(problem):
            at = problem.positions[gene]
            losses = losses - (output - y)[:, at].square() / problem.task.variance
        return losses.sum()

    scores, n = torch.zeros(network.n_inputs, dtype=torch.float64), 0
    for x, y in views:
        for gene in range(network.n_inputs):
            without = x.clone()
            without[:, gene] = 0
            scores[gene] += (loss(without, y, gene) - loss(x, y, gene)).detach()
        n += len(x)
    return scores / n


REFEREES = {"jacobian": referee_jacobian, "imputation": referee_imputation}
every_ranker = pytest.mark.parametrize("name", RANKERS)
refereed = pytest.mark.parametrize("name", REFEREES)
every_kind = pytest.mark.parametrize("kind", KINDS)


def score(name, network, problem):
    return load_ranker(name).score(network, problem)


def referee(name, network, problem, **options):
    check(load_ranker(name).score, REFEREES[name], network, problem, **options)


@pytest.mark.parametrize("hidden", DEPTHS, ids=len)
@every_kind
@refereed
def test_scores_are_the_referee_s_at_every_depth_and_task(name, kind, hidden):
    problem = problem_of(kind)
    referee(name, network_for(problem, hidden), problem)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@every_kind
@refereed
def test_scores_are_the_referee_s_with_every_activation(name, kind, activation):
    problem = problem_of(kind)
    referee(name, network_for(problem, activation=activation), problem)


@every_kind
@refereed
def test_scores_are_the_referee_s_in_float32(name, kind):
    problem = single(kind)
    referee(name, network_for(problem).float(), problem, tolerance=1e-4)


@every_kind
@refereed
def test_scores_are_the_referee_s_in_blocks_and_on_a_sample_of_the_cells(monkeypatch, name, kind):
    problem = problem_of(kind)
    n_views = len(problem.train.inputs)
    for module in (jacobian, imputation):
        monkeypatch.setattr(module, "BLOCK_NUMBERS", 160)  # a few cells, or a gene, at a time
    monkeypatch.setattr(jacobian, "N_CELLS", 7 * n_views)
    monkeypatch.setattr(imputation, "MIN_CELLS", 7 * n_views)
    monkeypatch.setattr(imputation, "PAIRS", 0)
    cells = torch.linspace(0, problem.train.n_cells - 1, 7).round().long()
    views = [problem.train.batch(view, cells) for view in range(n_views)]
    referee(name, network_for(problem), problem, views=views)


@every_kind
@every_ranker
def test_permuting_genes_permutes_scores(name, kind):
    problem = single(kind)
    network = network_for(problem).float()
    order = torch.tensor([3, 0, 4, 1, 2])
    one, other = (
        score(name, network, problem),
        score(name, network.keep(order), problem.keep(order)),
    )
    torch.testing.assert_close(other, one[order], rtol=0, atol=1e-5 * one.abs().max().item())


@every_ranker
def test_one_gene_has_one_score(name):
    problem = problem_of("full").keep(torch.tensor([2]))
    assert score(name, network_for(problem), problem).shape == (1,)


@pytest.mark.parametrize("name", [name for name, e in RANKERS.items() if e.gate == "open"])
def test_a_gene_that_no_weight_reads_scores_zero(name):
    problem = problem_of("full")
    network = network_for(problem)
    network.linears[0].weight.data[:, 3] = 0
    values = score(name, network, problem)
    assert values.abs().argmin() == 3
    assert values[3].abs() <= 1e-12 * values.abs().max()


@every_ranker
def test_scoring_leaves_the_problem_as_it_was(name):
    problem = problem_of("hidden")
    before = [tensor.clone() for pair in views_of(problem) for tensor in pair]
    score(name, network_for(problem), problem)
    after = [tensor for pair in views_of(problem) for tensor in pair]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert replace(problem) == problem
