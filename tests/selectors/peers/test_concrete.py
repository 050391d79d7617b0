"""Concrete layers: the distribution of draws, distinct genes, and what networks see of them."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.networks.gates import OpenGate
from spinn.networks.network import Network
from spinn.networks.problem import make_problem
from spinn.networks.training import fit
from spinn.selectors.peers import concrete
from spinn.selectors.peers.concrete import ConcreteSelector, KHotMask
from spinn.selectors.peers.concrete_panels import hardened
from spinn.settings import GateSettings
from tests.support.cells import QUICK, copy_of, make_data, same_state

LAYERS = (KHotMask, ConcreteSelector)
COLD = GateSettings(temperature=1e-3)


@st.composite
def choices(draw, layer=None):
    """A concrete layer with any logits, some alike, and any required genes."""
    n_required, n_rows = draw(st.integers(0, 3)), draw(st.integers(1, 6))
    n_genes = n_required + n_rows + draw(st.integers(0, 6))
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n_rows, n_genes)) * draw(st.sampled_from([0.01, 3.0]))
    if draw(st.booleans()):
        logits = logits[:1] + 1e-3 * logits  # all rows want the same genes
    required = np.zeros(n_genes, bool)
    required[rng.permutation(n_genes)[:n_required]] = True
    layer = layer or draw(st.sampled_from(LAYERS))
    return layer(torch.tensor(logits).float(), torch.tensor(required), COLD)


@given(choices())
def test_no_two_rows_draw_a_gene_that_one_of_them_prefers(gate):
    held = gate._open_logits() > -torch.inf
    favourite = gate.logits.masked_fill(gate.required, -torch.inf).argmax(1)
    assert not held[:, gate.required].any()
    assert held.any(1).all()  # every row has a gene left
    for gene in set(favourite.tolist()):
        owners = torch.nonzero(held[:, gene]).ravel()
        assert len(owners) == 1
        wanting = torch.nonzero(favourite == gene).ravel()
        assert owners[0] in wanting
        assert gate.logits[owners[0], gene] == gate.logits[wanting, gene].max()


@given(choices())
def test_chosen_genes_are_distinct_and_hold_the_required(gate):
    chosen = gate.chosen().tolist()
    assert len(set(chosen)) == len(chosen) == len(gate.logits) + int(gate.required.sum())
    assert set(torch.nonzero(gate.required).ravel().tolist()) <= set(chosen)


@pytest.mark.parametrize("seed", range(5))
def test_rows_and_genes_are_matched_for_the_largest_sum(seed):
    logits = torch.randn(3, 6, generator=torch.Generator().manual_seed(seed))
    gate = KHotMask(logits, torch.zeros(6, dtype=torch.bool), COLD)
    best = max(permutations(range(6), 3), key=lambda p: sum(logits[i, g] for i, g in enumerate(p)))
    assert tuple(gate.chosen().tolist()) == best


def test_cold_draws_are_one_hot_and_as_frequent_as_the_softmax():
    logits = torch.tensor([[0.0, 1.0, -1.0, 0.5, 9.0]])
    required = torch.tensor([False, False, False, False, True])
    gate = KHotMask(logits, required, COLD)
    draws = gate._draw(20_000)[:, 0]
    torch.testing.assert_close(draws.sum(1), torch.ones(20_000))
    assert draws.max(1).values.gt(0.99).float().mean() > 0.98
    times = torch.bincount(draws.argmax(1), minlength=5)
    expected = 20_000 * torch.softmax(logits[0, :4].double(), 0)
    assert times[4] == 0
    assert scipy.stats.chisquare(times[:4].numpy(), expected.numpy()).pvalue > 1e-3


def test_the_temperature_falls_geometrically():
    settings = GateSettings(temperature=10.0, final_temperature=0.1)
    gate = KHotMask(torch.zeros(1, 2), torch.zeros(2, dtype=torch.bool), settings)
    temperatures = []
    for progress in (0.0, 0.5, 1.0):
        gate.progress = progress
        temperatures.append(gate.temperature)
    assert temperatures == pytest.approx([10.0, 1.0, 0.1])


def test_the_gate_knows_how_far_training_is(monkeypatch):
    seen = []
    monkeypatch.setattr(
        OpenGate, "forward", lambda gate, x: seen.append((gate.training, gate.progress)) or x
    )
    problem = make_problem(make_data(), "reconstruction", basis=6, n_splits=1)
    network = Network(OpenGate(20), 20, (4,), problem.task.n_outputs)
    training = replace(QUICK.training, max_steps=8, check_every=4, patience=9)
    fit(network, problem, training, seed=0)
    assert [progress for training, progress in seen if training] == [i / 8 for i in range(8)]


@given(choices())
def test_evaluating_the_layer_lets_its_genes_through_and_nothing_else(gate):
    x = torch.randn(4, gate.logits.shape[1])
    out, chosen = gate.eval()(x), gate.chosen()
    if isinstance(gate, KHotMask):
        assert torch.equal(out[:, chosen], x[:, chosen])
        assert torch.count_nonzero(out) == x[:, chosen].numel()
    else:
        assert torch.equal(out, x[:, chosen])


@given(choices())
def test_training_shows_the_required_genes_whole(gate):
    x = torch.randn(5, gate.logits.shape[1])
    out = gate.train()(x)
    required = torch.nonzero(gate.required).ravel()
    seen = out[:, required] if isinstance(gate, KHotMask) else out[:, : len(required)]
    assert torch.equal(seen, x[:, required])


@pytest.mark.parametrize("draws", [1, 2**19])
def test_a_mask_is_the_largest_draw_of_any_row(draws, monkeypatch):
    """With room for a single draw all cells of a step share it, with more each has its own."""
    monkeypatch.setattr(concrete, "DRAWS", draws)
    gate = KHotMask(torch.randn(3, 7), torch.zeros(7, dtype=torch.bool), GateSettings()).train()
    torch.manual_seed(1)
    mask = gate(torch.ones(4, 7))
    torch.manual_seed(1)
    drawn = gate._draw(1 if draws == 1 else 4).max(1).values
    torch.testing.assert_close(mask, drawn.expand(4, -1))
    assert len(mask.unique(dim=0)) == len(drawn)


def test_a_selector_s_channels_mix_genes_by_one_draw_for_all_cells():
    gate = ConcreteSelector(torch.randn(3, 7), torch.zeros(7, dtype=torch.bool), GateSettings())
    x = torch.randn(5, 7)
    torch.manual_seed(1)
    out = gate.train()(x)
    torch.manual_seed(1)
    torch.testing.assert_close(out, x @ gate._draw(1)[0].T)


@given(st.data(), st.sampled_from(LAYERS))
def test_keep_composes(data, layer):
    gate = data.draw(choices(layer))
    n_genes = gate.logits.shape[1]
    a = torch.tensor(data.draw(st.permutations(range(n_genes))))
    b = torch.tensor(data.draw(st.permutations(range(n_genes))))
    twice, once = gate.keep(a).keep(b), gate.keep(a[b])
    assert same_state(copy_of(twice), copy_of(once))
    assert same_state(copy_of(gate.keep(torch.arange(n_genes))), copy_of(gate))
    assert twice.settings == gate.settings
    assert gate.keep(a).scores().equal(gate.scores()[a])
    assert set(a[gate.keep(a).chosen()].tolist()) == set(gate.chosen().tolist())


@given(choices())
def test_shares_and_penalty_are_in_range(gate):
    share = gate.hidden_share()
    assert share.ge(0).all()
    assert share.le(1).all()
    assert not share[gate.required].any()
    assert gate.penalty() == 0
    assert gate.scores().isfinite().all()
    assert not gate.scores().requires_grad


@given(choices(), st.sampled_from([(), (4,), (5, 3)]))
def test_the_hardened_network_is_the_same_on_its_genes_alone(gate, hidden):
    n_genes = gate.logits.shape[1]
    network = Network(gate, n_genes, hidden, 2).eval()
    index, smaller = hardened(network)
    x = torch.randn(6, n_genes)
    torch.testing.assert_close(smaller(x[:, index]), network(x))
    assert index.tolist() == sorted(gate.chosen().tolist())
    torch.testing.assert_close(network.keep(torch.arange(n_genes))(x), network(x))


def test_only_a_concrete_layer_hardens():
    with pytest.raises(TypeError, match="only a concrete layer hardens to genes, got OpenGate"):
        hardened(Network(OpenGate(3), 3, (), 1))
