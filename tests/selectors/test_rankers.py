"""Scores against the gene-by-gene referee: autograd, and recomputing the loss without the gene."""

from dataclasses import replace

import pytest
import torch

from spinn.networks.gates import OpenGate
from spinn.networks.network import ACTIVATIONS, Network
from spinn.networks.problem import make_problem
from spinn.selectors import scores
from spinn.selectors.scores import RANKERS, first_layer, gate_score, imputation, jacobian
from tests.support.cells import copy_of, doubled, make_data, same_state

DATA = make_data(30, 8)
KEPT = torch.tensor([6, 1, 4, 3, 0])  # not in the order of the outputs, and not all of them
DEPTHS = [(), (6,), (6, 5), (6, 5, 4), (6, 5, 4, 3)]
KINDS = {
    "basis": ("reconstruction", {"noise": "split", "basis": 3}),
    "full": ("reconstruction", {"noise": "split", "basis": None}),
    "hidden": ("reconstruction", {"noise": "hidden"}),
    "classification": ("classification", {}),
    "regression": ("regression", {}),
    "hurdle": ("hurdle", {}),
}


def single(kind):
    """The problem in float32, as networks are trained."""
    task, options = KINDS[kind]
    return make_problem(DATA, task, n_splits=1, **options).keep(KEPT)


def problem_of(kind):
    return doubled(single(kind))


def network_for(problem, hidden=(6, 5), activation="elu"):
    n_inputs = len(problem.genes)
    made = Network(OpenGate(n_inputs), n_inputs, hidden, problem.task.n_outputs, activation)
    for parameter in made.parameters():
        parameter.data = torch.randn(parameter.shape) / 2
    return made.double().eval()


def leaves_own_out(problem):
    return getattr(problem.task, "counts_hidden_only", False)


def views_of(problem):
    cells = torch.arange(problem.train.n_cells)
    return [problem.train.batch(view, cells) for view in range(len(problem.train.inputs))]


def referee_jacobian(network, problem, views):
    total, n = 0, 0
    inputs = torch.arange(network.n_inputs)
    for x, _ in views:
        for cell in x:
            slopes = torch.autograd.functional.jacobian(network.body, cell)  # (outputs, genes)
            square = slopes.square().sum(0)
            if leaves_own_out(problem):
                square = square - slopes[problem.positions, inputs].square()
            total, n = total + square, n + 1
    return total / n


def referee_imputation(network, problem, views):
    def loss(x, y, gene):
        output = network.body(x)
        each = problem.task.loss(output, y)
        if leaves_own_out(problem):
            own = problem.positions[gene]
            each = each - (output - y)[:, own].square() / problem.task.variance
        return each.sum()

    scores, n = torch.zeros(network.n_inputs, dtype=torch.float64), 0
    for x, y in views:
        for gene in range(network.n_inputs):
            without = x.clone()
            without[:, gene] = 0
            scores[gene] += (loss(without, y, gene) - loss(x, y, gene)).detach()
        n += len(x)
    return scores / n


REFEREES = {"jacobian": referee_jacobian, "imputation": referee_imputation}


def check(name, network, problem, views=None, tolerance=1e-8):
    before = copy_of(network)
    found = RANKERS[name].score(network, problem)
    expected = REFEREES[name](network, problem, views or views_of(problem))
    assert found.dtype == torch.float64
    assert not found.requires_grad
    scale = expected.abs().max().item()
    torch.testing.assert_close(found, expected.double(), rtol=0, atol=tolerance * scale)
    assert same_state(copy_of(network), before)
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.parametrize("hidden", DEPTHS, ids=len)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFEREES)
def test_every_depth_and_task(name, kind, hidden):
    problem = problem_of(kind)
    check(name, network_for(problem, hidden), problem)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFEREES)
def test_every_activation(name, kind, activation):
    problem = problem_of(kind)
    check(name, network_for(problem, activation=activation), problem)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFEREES)
def test_in_float32(name, kind):
    problem = single(kind)
    check(name, network_for(problem).float(), problem, tolerance=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFEREES)
def test_blocks_and_a_sample_of_the_cells(monkeypatch, name, kind):
    problem = problem_of(kind)
    n_views = len(problem.train.inputs)
    monkeypatch.setattr(scores, "BLOCK_NUMBERS", 160)  # a few cells, or a gene, at a time
    monkeypatch.setattr(scores, "JACOBIAN_CELLS", 7 * n_views)
    monkeypatch.setattr(scores, "LEAST_CELLS", 7 * n_views)
    monkeypatch.setattr(scores, "IMPUTATION_PAIRS", 0)
    last = problem.train.n_cells - 1
    cells = torch.linspace(0, last, 7).round().long()
    views = [problem.train.batch(view, cells) for view in range(n_views)]
    check(name, network_for(problem), problem, views)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RANKERS)
def test_permuting_genes_permutes_scores(name, kind):
    problem = single(kind)
    network = network_for(problem).float()
    order = torch.tensor([3, 0, 4, 1, 2])
    one = RANKERS[name].score(network, problem)
    other = RANKERS[name].score(network.keep(order), problem.keep(order))
    torch.testing.assert_close(other, one[order], rtol=0, atol=1e-5 * one.abs().max().item())


@pytest.mark.parametrize("name", RANKERS)
def test_one_gene(name):
    problem = problem_of("full").keep(torch.tensor([2]))
    assert RANKERS[name].score(network_for(problem), problem).shape == (1,)


def test_jacobian_of_a_linear_network_is_its_weights():
    problem = problem_of("regression")
    network = network_for(problem, ())
    expected = network.linears[0].weight.detach().square().sum(0)
    torch.testing.assert_close(jacobian(network, problem), expected)


def test_imputation_of_a_linear_network_by_hand():
    """Without gene i the residual grows by x_i v_i: E[x_i^2] |v_i|^2 + 2 E[x_i e'] v_i."""
    problem = problem_of("regression")
    network = network_for(problem, ())
    x, y = (torch.cat(tensors) for tensors in zip(*views_of(problem), strict=True))
    weight = network.linears[0].weight.detach()
    residual = (y - network(x)).detach()
    square = x.square().mean(0) * weight.square().sum(0)
    cross = ((x[:, :, None] * residual[:, None, :]).mean(0) * weight.T).sum(1)
    expected = (square + 2 * cross) / y.shape[1]
    torch.testing.assert_close(imputation(network, problem), expected)


def test_an_unused_gene_scores_zero():
    problem = problem_of("full")
    network = network_for(problem)
    network.linears[0].weight.data[:, 3] = 0
    for score in (first_layer, jacobian, imputation):
        values = score(network, problem)
        assert values.abs().argmin() == 3
        assert values[3].abs() <= 1e-12 * values.abs().max()


def test_first_layer_is_a_norm_and_gate_score_is_the_gates():
    problem = problem_of("full")
    network = network_for(problem)
    torch.testing.assert_close(
        first_layer(network, problem), network.linears[0].weight.detach().norm(dim=0)
    )
    assert torch.equal(gate_score(network, problem), network.gate.scores().double())


@pytest.mark.parametrize(("wanted", "expected"), [(0, 1), (120, 20), (300, 50), (10**9, None)])
def test_cells_are_sampled_evenly_over_views(wanted, expected):
    problem = make_problem(make_data(400, 5), "reconstruction", n_splits=3)
    cells = scores._cells(problem.train, wanted)
    assert len(cells) == len(problem.train.inputs) == 6
    assert {len(x) for x, _ in cells} == {expected or problem.train.n_cells}


def test_scores_leave_the_problem_alone():
    problem = problem_of("hidden")
    network = network_for(problem)
    before = [tensor.clone() for pair in views_of(problem) for tensor in pair]
    for ranker in RANKERS.values():
        ranker.score(network, problem)
    after = [tensor for pair in views_of(problem) for tensor in pair]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert replace(problem) == problem
