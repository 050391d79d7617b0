"""Base networks, and the training loop: what it leaves alone, when it stops, what it returns."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from spinn.networks.batches import Examples
from spinn.networks.gates import GATES
from spinn.networks.problem import make_problem
from spinn.networks.rows import Rows
from spinn.networks.training import (
    base_network,
    batches,
    choose_device,
    evaluate_loss,
    fit,
)
from spinn.settings import NetworkSettings, TrainingSettings
from tests.support.cells import QUICK, copy_of, make_data, same_state

DATA = make_data()
PLAIN = TrainingSettings(
    lr=1e-2, batch_size=32, max_steps=60, check_every=20, patience=9, min_dropout=0.0
)
CASES = [
    (task, noise, gate)
    for task, noise in (
        ("reconstruction", "split"),
        ("reconstruction", "hidden"),
        ("reconstruction", "none"),
        ("classification", "none"),
        ("regression", "none"),
        ("hurdle", "split"),
    )
    for gate in GATES
]


def reconstruction(noise):
    return make_problem(DATA, "reconstruction", noise=noise, basis=6, n_splits=1)


@pytest.mark.parametrize("gate", GATES)
def test_base_networks_differ_by_their_seed_alone(gate):
    problem = reconstruction("split")
    state = torch.get_rng_state()
    one, again, other = (base_network(problem, gate, QUICK, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert same_state(copy_of(one), copy_of(again))
    assert not same_state(copy_of(one), copy_of(other))
    assert (one.n_inputs, one.hidden, one.n_outputs) == (20, [8], 6)


@pytest.mark.parametrize(("gate", "dropout"), [("open", 0.5), ("gaussian", 0.5), ("bernoulli", 0)])
def test_something_is_hidden_where_only_hidden_genes_count(gate, dropout):
    network = base_network(reconstruction("hidden"), gate, QUICK, seed=0)
    assert network.input_dropout == dropout
    assert network.hidden_probability().min() > 0.4
    assert base_network(reconstruction("none"), gate, QUICK, seed=0).input_dropout == 0


def test_auto_takes_a_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == torch.device("cpu")
    with pytest.raises(RuntimeError, match="device: cuda needs a GPU, but torch finds none"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda")


def start(task="reconstruction", noise="split", gate="open", **settings):
    problem = make_problem(DATA, task, noise=noise, basis=6, n_splits=1)
    return base_network(problem, gate, replace(QUICK, **settings), seed=0), problem


@pytest.mark.parametrize(("task", "noise", "gate"), CASES)
def test_the_loss_falls_and_arguments_stay(task, noise, gate):
    network, problem = start(task, noise, gate)
    before, batch = copy_of(network), problem.train.batch(0, torch.arange(9))
    torch.manual_seed(77)
    state = torch.get_rng_state()
    fitted = fit(network, problem, PLAIN, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    after = evaluate_loss(fitted.network, problem, problem.train)
    assert after < evaluate_loss(network, problem, problem.train)
    assert same_state(copy_of(network), before)
    assert network.training
    assert not fitted.network.training
    assert all(
        torch.equal(a, b)
        for a, b in zip(problem.train.batch(0, torch.arange(9)), batch, strict=True)
    )


@pytest.mark.parametrize("gate", GATES)
def test_same_seed_same_weights(gate):
    network, problem = start(gate=gate, network=NetworkSettings((8,), input_dropout=0.2))
    one = fit(network, problem, PLAIN, seed=1)
    torch.manual_seed(123)
    again, other = (fit(network, problem, PLAIN, seed=seed) for seed in (1, 2))
    assert same_state(copy_of(one.network), copy_of(again.network))
    assert one.history == again.history
    assert not same_state(copy_of(one.network), copy_of(other.network))


@pytest.mark.parametrize("gate", GATES)
def test_history_has_one_row_per_check(gate):
    network, problem = start(gate=gate)
    fitted = fit(network, problem, replace(PLAIN, max_steps=50), seed=1)
    assert [row["step"] for row in fitted.history] == [20, 40, 50]
    for row in fitted.history:
        assert list(row) == [
            "step",
            "penalty",
            "train_loss",
            "valid_loss",
            "objective",
            "mean_dropout",
        ]
        assert np.isfinite(list(row.values())).all()
        assert row["penalty"] == PLAIN.penalty == fitted.penalty
        assert 0 <= row["mean_dropout"] <= 1
        if gate == "open":
            assert (row["mean_dropout"], row["objective"]) == (0, row["valid_loss"])
        else:
            assert row["objective"] > row["valid_loss"]


def test_the_training_loss_is_the_mean_since_the_last_check():
    network, problem = start()
    each_step, each_20 = (
        [row["train_loss"] for row in fit(network, problem, settings, seed=1).history]
        for settings in (replace(PLAIN, check_every=1, patience=99), PLAIN)
    )
    np.testing.assert_allclose(each_20, np.reshape(each_step, (3, 20)).mean(1), rtol=1e-5)


@pytest.mark.parametrize("gate", GATES)
def test_the_network_of_the_best_check_is_returned(gate):
    network, problem = start(gate=gate)
    wild = replace(PLAIN, lr=0.3, gate_lr=1.0, max_steps=200, check_every=10, patience=99)
    fitted = fit(network, problem, wild, seed=1)
    objectives = [row["objective"] for row in fitted.history]
    assert min(objectives) < objectives[-1]
    loss = evaluate_loss(fitted.network, problem, problem.valid)
    loss += fitted.penalty * fitted.network.gate.penalty().item()
    assert loss == pytest.approx(min(objectives), rel=1e-5)


@pytest.mark.parametrize("patience", [1, 3])
def test_training_stops_when_nothing_gets_better(patience):
    network, problem = start()
    still = replace(PLAIN, lr=0.0, max_steps=1000, patience=patience)
    fitted = fit(network, problem, still, seed=1)
    assert len(fitted.history) == 1 + patience
    assert same_state(copy_of(fitted.network), copy_of(network))


def penalties_of(gate, **settings):
    network, problem = start(gate=gate)
    fitted = fit(network, problem, replace(PLAIN, **settings), seed=1)
    used = list(dict.fromkeys(row["penalty"] for row in fitted.history))
    assert fitted.penalty == used[-1]
    return used, fitted.network.gate.hidden_share().mean().item()


@pytest.mark.parametrize("gate", ["bernoulli", "gaussian"])
def test_the_penalty_is_doubled_until_enough_is_hidden(gate):
    used, hidden = penalties_of(gate, penalty=0.05, min_dropout=0.7, max_doublings=12)
    assert used == [0.05 * 2**i for i in range(len(used))]
    assert 1 < len(used) < 13
    assert hidden >= 0.7


@pytest.mark.parametrize("gate", ["bernoulli", "gaussian"])
def test_doubling_is_limited(gate):
    used, hidden = penalties_of(gate, penalty=1e-9, min_dropout=0.99, max_doublings=2)
    assert used == [1e-9, 2e-9, 4e-9]
    assert hidden < 0.99


def test_a_doubled_penalty_starts_from_the_trained_network():
    network, problem = start(gate="bernoulli")
    once_more = replace(PLAIN, min_dropout=0.99, max_doublings=1, penalty=1e-3)
    history = fit(network, problem, once_more, seed=1).history
    first, second = (row for row in history if row["step"] == 20)
    assert second["train_loss"] < 0.9 * first["train_loss"]


def test_without_a_gate_nothing_is_doubled():
    assert penalties_of("open", penalty=0.1, min_dropout=0.99) == ([0.1], 0.0)


def test_weight_decay_shrinks_the_weights_alone():
    network, problem = start(gate="bernoulli")
    sizes = {}
    for decay in (0.0, 10.0):
        fitted = fit(network, problem, replace(PLAIN, weight_decay=decay), seed=1).network
        sizes[decay] = fitted.linears[0].weight.norm().item()
        assert fitted.gate.hidden_share().mean() > 0.1
    assert sizes[10.0] < sizes[0.0] / 2


@pytest.mark.parametrize(("lr", "gate_lr"), [(0.0, 0.1), (0.1, 0.0)])
def test_weights_and_gate_have_their_own_learning_rates(lr, gate_lr):
    network, problem = start(gate="gaussian")
    fitted = fit(network, problem, replace(PLAIN, lr=lr, gate_lr=gate_lr), seed=1).network
    before, after = copy_of(network), copy_of(fitted)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name.startswith("gate") for name in moved} == {gate_lr > 0}


def test_a_loss_that_is_not_finite_and_a_wrong_number_of_genes_are_refused():
    network, problem = start()
    with pytest.raises(FloatingPointError, match=r"loss is not finite at step 20 .*a smaller lr"):
        fit(network, problem, replace(PLAIN, lr=1e30), seed=1)
    with pytest.raises(ValueError, match="the network reads 20 genes, the problem has 3"):
        fit(network, problem.keep(torch.arange(3)), PLAIN, seed=1)


def test_evaluation_is_the_mean_over_cells_and_views():
    network, problem = start()
    losses = []
    for view in range(2):
        x, y = problem.train.batch(view, torch.arange(problem.train.n_cells))
        losses.append(problem.task.loss(network.body(x), y).detach())
    expected = torch.cat(losses).mean().item()
    assert evaluate_loss(network, problem, problem.train) == pytest.approx(expected, rel=1e-5)
    assert network.training


def test_evaluation_hides_every_gene_once_where_only_hidden_genes_count():
    network, problem = start(noise="hidden")
    problem = problem.keep(torch.tensor([5, 2, 9, 11, 0]))
    network = network.keep(torch.tensor([5, 2, 9, 11, 0])).eval()
    x, y = problem.train.batch(0, torch.arange(problem.train.n_cells))
    square = torch.zeros(2, len(x), 20)
    for half in range(2):
        shown = x.clone()
        shown[:, half::2] = 0
        square[half] = (network(shown) - y).square()
    inputs = problem.positions.tolist()
    expected = square.mean(0)
    for at, gene in enumerate(inputs):  # as it was predicted while it was hidden
        expected[:, gene] = square[at % 2, :, gene]
    expected = expected.sum(1).mean() / problem.task.variance
    loss = evaluate_loss(network, problem, problem.train)
    assert loss == pytest.approx(expected.item(), rel=1e-5)


def test_batches_pass_over_all_cells_in_one_view_after_another():
    n_cells, n_views = 10, 3
    one = torch.ones(1)
    inputs = tuple(
        Rows(one, one, torch.stack([torch.full((n_cells,), float(v)), torch.arange(10.0)], 1))
        for v in range(n_views)
    )
    examples = Examples(inputs, (torch.arange(n_cells),) * n_views, n_cells)
    drawn = list(batches(examples, TrainingSettings(batch_size=4, max_steps=18)))
    assert len(drawn) == 18
    assert [len(x) for x, _ in drawn[:6]] == [4, 4, 2, 4, 4, 2]
    counts = Counter((int(view), int(cell)) for x, _ in drawn for view, cell in x)
    assert counts == {(view, cell): 2 for view in range(n_views) for cell in range(n_cells)}
    for x, y in drawn:
        assert len(set(x[:, 0].tolist())) == 1
        assert torch.equal(x[:, 1].long(), y)
