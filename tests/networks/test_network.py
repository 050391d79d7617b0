"""Networks: the formula, keeping genes, and hiding inputs."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.networks.gates import GATES, make_gate
from spinn.networks.network import ACTIVATIONS, Network
from spinn.settings import GateSettings
from tests.support.cells import copy_of, same_state

N_GENES, N_OUTPUTS = 6, 4


def network(gate="open", hidden=(5, 3), activation="elu", dropout=0.0):
    net = Network(
        make_gate(gate, N_GENES, GateSettings(temperature=0.3)),
        N_GENES,
        hidden,
        N_OUTPUTS,
        activation,
        dropout,
    )
    for parameter in net.gate.parameters():
        parameter.data = torch.randn(N_GENES)
    return net.eval()


def settings_of(network):
    return (
        network.gate.settings,
        network.hidden,
        network.n_outputs,
        network.activation,
        network.input_dropout,
        network.training,
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (5,), (5, 3, 4)])
def test_forward_is_the_formula(hidden, activation):
    net = network(hidden=hidden, activation=activation)
    x = torch.randn(7, N_GENES)
    h = x
    for layer in net.linears[:-1]:
        h = ACTIVATIONS[activation](h @ layer.weight.T + layer.bias)
    torch.testing.assert_close(net(x), h @ net.linears[-1].weight.T + net.linears[-1].bias)
    assert (net.n_inputs, net.hidden, net.n_outputs) == (N_GENES, list(hidden), N_OUTPUTS)


@given(data=st.data(), gate=st.sampled_from(sorted(GATES)), hidden=st.sampled_from([(), (5, 3)]))
def test_keep_composes_and_keeping_all_is_the_identity(data, gate, hidden):
    net = network(gate, hidden, "tanh", 0.2).train(data.draw(st.booleans()))
    before = copy_of(net)
    a = data.draw(st.lists(st.integers(0, N_GENES - 1), min_size=1, unique=True).map(torch.tensor))
    b = data.draw(st.lists(st.integers(0, len(a) - 1), min_size=1, unique=True).map(torch.tensor))
    for one, other in (
        (net.keep(a).keep(b), net.keep(a[b])),
        (net.keep(torch.arange(N_GENES)), net),
    ):
        assert same_state(copy_of(one), copy_of(other))
        assert settings_of(one) == settings_of(other)
    for parameter in net.keep(a).parameters():
        parameter.data.zero_()
    assert same_state(copy_of(net), before)


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("hidden", [(), (5, 3)])
def test_removed_genes_act_as_if_at_their_mean(gate, hidden):
    net = network(gate, hidden)
    index = torch.tensor([4, 1, 2])
    x = torch.zeros(8, N_GENES)
    x[:, index] = torch.randn(8, 3)
    torch.testing.assert_close(net.keep(index)(x[:, index]), net(x))


def test_input_dropout_hides_while_training_only():
    net, x = network(dropout=0.3), torch.ones(2000, N_GENES)
    torch.testing.assert_close(net(x), net.body(x))
    net.train()
    _, hidden = net.forward_hidden(x)
    assert set(hidden.unique().tolist()) == {0.0, 1.0}
    assert abs(hidden.mean() - 0.3) < 0.02
    np.testing.assert_allclose(net.hidden_probability(), 0.3, rtol=1e-6)


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("training", [True, False])
def test_hidden_inputs_and_outputs_are_drawn_together(gate, training):
    net = network(gate, dropout=0.4).train(training)
    x = torch.randn(9, N_GENES)
    torch.manual_seed(5)
    output, hidden = net.forward_hidden(x)
    torch.manual_seed(5)
    torch.testing.assert_close(output, net(x))
    assert hidden.shape == x.shape
    if gate != "gaussian":  # its noise hides no gene whole
        torch.testing.assert_close(output, net.body(x * (1 - hidden)))


@pytest.mark.parametrize("gate", GATES)
def test_hidden_probability_is_how_often_inputs_are_hidden(gate):
    net = network(gate, dropout=0.25).train()
    net.gate.settings = GateSettings(temperature=1e-3)
    _, hidden = net.forward_hidden(torch.ones(20_000, N_GENES))
    torch.testing.assert_close(hidden.mean(0), net.hidden_probability(), atol=0.02, rtol=0)


def test_unknown_activations_and_dropout_out_of_range_are_refused():
    with pytest.raises(KeyError, match="'sine' is not an activation; they are elu, relu, selu, ge"):
        network(activation="sine")
    for dropout in (-0.1, 1.0):
        with pytest.raises(ValueError, match=rf"input_dropout must lie in \[0, 1\), got {dropout}"):
            network(dropout=dropout)
