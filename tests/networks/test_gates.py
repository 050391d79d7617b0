"""Gates: the shared contract, and their noise and penalties against quadrature and formulas."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from spinn.networks.gates import (
    GATES,
    BernoulliGate,
    GaussianGate,
    OpenGate,
    make_gate,
)
from spinn.settings import GateSettings
from tests.support.contracts import check_gate

LEARNT = sorted(set(GATES) - {"open"})
SETTINGS = [
    GateSettings(),
    GateSettings(temperature=0.5, penalty_form="log", reference=-1.5, initial_dropout=0.2),
]


def learnt_gate(name, n_genes, settings=SETTINGS[0], seed=0):
    """A gate whose parameters differ from gene to gene."""
    gate = make_gate(name, n_genes, settings)
    generator = torch.Generator().manual_seed(seed)
    for parameter in gate.parameters():
        parameter.data = 2 * torch.randn(n_genes, generator=generator)
    return gate


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("n_genes", [1, 2, 9])
@pytest.mark.parametrize("name", GATES)
def test_contract(name, n_genes, settings):
    check_gate(make_gate(name, n_genes, settings), n_genes)
    check_gate(learnt_gate(name, n_genes, settings), n_genes)


@given(data=st.data(), name=st.sampled_from(sorted(GATES)), settings=st.sampled_from(SETTINGS))
def test_keep_composes(data, name, settings):
    n_genes = data.draw(st.integers(1, 12))
    gate = learnt_gate(name, n_genes, settings, seed=n_genes)
    a = data.draw(st.lists(st.integers(0, n_genes - 1), min_size=1, unique=True).map(torch.tensor))
    b = data.draw(st.lists(st.integers(0, len(a) - 1), min_size=1, unique=True).map(torch.tensor))
    twice, once = gate.keep(a).keep(b), gate.keep(a[b])
    everything = gate.keep(torch.arange(n_genes))
    for one, other in ((twice, once), (everything, gate)):
        assert one.settings == other.settings
        assert one.training == other.training
        assert torch.equal(one.scores(), other.scores())
        assert torch.equal(one.penalty(), other.penalty())


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_start_hides_the_requested_share(name, share):
    gate = make_gate(name, 3, GateSettings(initial_dropout=share))
    expected = 0.0 if name == "open" else share
    np.testing.assert_allclose(gate.hidden_share(), expected, rtol=1e-5)


@pytest.mark.parametrize("name", LEARNT)
def test_more_hidden_means_lower_score_and_penalty(name):
    gates = [make_gate(name, 1, GateSettings(initial_dropout=p)) for p in (0.1, 0.4, 0.9)]
    for number in ("scores", "penalty"):
        values = [getattr(gate, number)().item() for gate in gates]
        assert values == sorted(values, reverse=True), number


def test_open_gate_does_nothing():
    gate, x = OpenGate(4), torch.randn(3, 4)
    assert gate(x) is x
    assert gate.penalty() == 0
    assert gate.hidden_share().tolist() == [0.0] * 4


P = np.array([0.02, 0.2, 0.5, 0.7, 0.97])


def bernoulli(p, **settings):
    gate = BernoulliGate(len(p), GateSettings(**settings))
    gate.logit_keep.data = torch.tensor(logit(1 - p))  # float64
    return gate


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("reference", [0.0, -1.5])
def test_concrete_noise_has_the_moments_of_quadrature(temperature, reference):
    n, points = 100_000, 200_000
    u = (np.arange(points) + 0.5) / points
    mask = expit((logit(1 - P)[:, None] + logit(u)) / temperature)
    gate = bernoulli(P, temperature=temperature, reference=reference)
    drawn = gate(torch.full((n, len(P)), 2.0, dtype=torch.float64)).detach().numpy()
    expected = mask * 2 + (1 - mask) * reference
    scale = expected.std(1)
    np.testing.assert_allclose(drawn.mean(0), expected.mean(1), atol=5 * scale.max() / np.sqrt(n))
    np.testing.assert_allclose(drawn.var(0), scale**2, atol=0.03 * scale.max() ** 2)


def test_cold_noise_is_bernoulli():
    n = 100_000
    gate = bernoulli(P, temperature=1e-4)
    mask = gate(torch.ones(n, len(P), dtype=torch.float64)).detach().numpy()
    assert (np.minimum(mask, 1 - mask) < 1e-3).mean() > 0.999
    standard_error = np.sqrt(P * (1 - P) / n)
    assert (np.abs((mask > 0.5).mean(0) - (1 - P)) < 5 * standard_error).all()


def test_bernoulli_noise_reports_how_hidden_each_gene_is():
    gate, x = bernoulli(P), torch.randn(8, 5, dtype=torch.float64)
    noisy, hidden = gate.sample_hidden(x)
    torch.testing.assert_close(noisy, x * (1 - hidden))
    gate.eval()
    _, hidden = gate.sample_hidden(x)
    np.testing.assert_allclose(hidden.detach(), np.tile(P, (8, 1)))


def test_gaussian_noise_is_standard_normal_times_sigma():
    gate = GaussianGate(3)
    sigma = np.array([0.1, 1.0, 4.0], dtype=np.float32)
    gate.log_sigma.data = torch.tensor(np.log(sigma))
    n = 100_000
    noise = (gate(torch.full((n, 3), 7.0)) - 7).detach().numpy()
    assert (np.abs(noise.mean(0)) < 5 * sigma / np.sqrt(n)).all()
    np.testing.assert_allclose(noise.std(0), sigma, rtol=0.02)
    np.testing.assert_allclose(gate.hidden_share(), sigma**2 / (1 + sigma**2), rtol=1e-5)


def test_penalties_are_the_formulas():
    np.testing.assert_allclose(bernoulli(P).penalty().item(), (1 - P).mean())
    log = bernoulli(P, penalty_form="log").penalty().item()
    np.testing.assert_allclose(log, -np.log(P).mean())
    gate, sigma = GaussianGate(3), np.array([0.1, 1.0, 4.0])
    gate.log_sigma.data = torch.tensor(np.log(sigma))
    np.testing.assert_allclose(gate.penalty().item(), np.log(1 + 1 / sigma**2).mean())


@pytest.mark.parametrize("form", ["linear", "log"])
@pytest.mark.parametrize("name", LEARNT)
def test_gradients(name, form):
    gate = learnt_gate(name, 4, GateSettings(temperature=0.7, penalty_form=form, reference=0.3))
    gate = gate.double()
    ((key, value),) = gate.named_parameters()
    x = torch.randn(5, 4, dtype=torch.float64)

    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = gate

        def forward(self, x):
            torch.manual_seed(3)
            return self.gate(x), self.gate.penalty()

    def call(parameter, x):
        return torch.func.functional_call(Both(), {f"gate.{key}": parameter}, (x,))

    start = (value.detach().clone().requires_grad_(), x.requires_grad_())
    assert torch.autograd.gradcheck(call, start)


def test_saturated_genes_do_not_tie():
    gate = BernoulliGate(2)
    gate.logit_keep.data = torch.tensor([40.0, 50.0])
    assert torch.sigmoid(gate.logit_keep)[0] == torch.sigmoid(gate.logit_keep)[1]
    assert gate.scores()[1] > gate.scores()[0]


@pytest.mark.parametrize("name", GATES)
def test_a_gate_is_made_by_its_name(name):
    gate = make_gate(name, 2, SETTINGS[1])
    assert type(gate) is GATES[name]
    assert gate.name == name
    assert gate.settings == SETTINGS[1]


def test_unknown_gates_and_settings_out_of_range_are_refused():
    with pytest.raises(KeyError, match="'cauchy' is not a gate; the gates are open, bernoulli, ga"):
        make_gate("cauchy", 3, GateSettings())
    for field, value, rule in (
        ("temperature", 0, "must be above 0, got 0"),
        ("final_temperature", -1.0, "must be above 0, got -1.0"),
        ("penalty_form", "square", "must be linear or log, got 'square'"),
        ("initial_dropout", 1.0, r"must lie in \(0, 1\), got 1.0"),
    ):
        with pytest.raises(ValueError, match=f"{field} {rule}"):
            GateSettings(**{field: value})
