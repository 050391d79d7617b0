"""Untrained base models, and the device they live on."""

import pytest
import torch

from spinn.networks.gates import GATES
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network, choose_device
from tests.support.cells import QUICK, copy_of, make_data, same_state


def problem_with(noise):
    return make_problem(make_data(), "reconstruction", noise=noise, basis=6, n_splits=1)


@pytest.mark.parametrize("gate", GATES)
def test_base_networks_differ_by_their_seed_alone(gate):
    problem = problem_with("split")
    state = torch.get_rng_state()
    one, again, other = (base_network(problem, gate, QUICK, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert same_state(copy_of(one), copy_of(again))
    assert not same_state(copy_of(one), copy_of(other))
    assert (one.n_inputs, one.hidden, one.n_outputs) == (20, [8], 6)


@pytest.mark.parametrize(("gate", "dropout"), [("open", 0.5), ("gaussian", 0.5), ("bernoulli", 0)])
def test_something_is_hidden_where_only_hidden_genes_count(gate, dropout):
    network = base_network(problem_with("hidden"), gate, QUICK, seed=0)
    assert network.input_dropout == dropout
    assert network.hidden_probability().min() > 0.4
    assert base_network(problem_with("none"), gate, QUICK, seed=0).input_dropout == 0


def test_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == torch.device("cpu")
    with pytest.raises(RuntimeError, match="device: cuda was asked for, but torch finds no GPU"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda")
