"""Shared draws are distributed as the textbook's fresh ones."""

import pytest
import scipy.stats
import torch

from spinn.networks import noise
from spinn.networks.gates import BernoulliGate, GateSettings, GaussianGate
from spinn.networks.noise import gumbel, logistic, normal

LIKE = torch.empty(64, 500)


@pytest.mark.parametrize(
    ("draw", "name", "mean", "variance"),
    [
        (logistic, "logistic", 0.0, torch.pi**2 / 3),
        (normal, "norm", 0.0, 1.0),
        (gumbel, "gumbel_r", 0.57721566, torch.pi**2 / 6),
    ],
)
def test_windows_have_the_distribution_s_mean_variance_and_shape(draw, name, mean, variance):
    values = torch.cat([draw(LIKE).flatten() for _ in range(5)]).double()
    assert values.mean() == pytest.approx(mean, abs=4 * (variance / len(values)) ** 0.5)
    assert values.var() == pytest.approx(variance, rel=0.05)
    assert scipy.stats.kstest(values.numpy(), name).pvalue > 1e-3


@pytest.mark.parametrize("draw", [logistic, normal, gumbel])
def test_a_window_repeats_no_draw_and_another_starts_elsewhere(draw):
    one, other = draw(LIKE), draw(LIKE)
    assert one.shape == LIKE.shape
    assert one.unique().numel() > 0.98 * one.numel()
    assert not torch.equal(one, other)


def test_the_same_seed_gives_the_same_windows():
    torch.manual_seed(3)
    one = logistic(LIKE)
    torch.manual_seed(3)
    assert torch.equal(one, logistic(LIKE))


@pytest.mark.parametrize(
    ("draw", "name"), [(logistic, "logistic"), (normal, "norm"), (gumbel, "gumbel_r")]
)
def test_what_is_too_large_for_a_window_gets_fresh_draws(draw, name, monkeypatch):
    monkeypatch.setattr(noise, "POOL", 1000)
    values = draw(torch.empty(30, 40))
    assert values.shape == (30, 40)
    assert scipy.stats.kstest(values.flatten().numpy(), name).pvalue > 1e-3


def test_the_gate_s_mask_is_the_textbook_s():
    """Two logarithms and a sigmoid per element, fresh uniform draws: same mean and variance."""
    logits = torch.tensor([-2.0, 0.0, 1.5])
    gate = BernoulliGate(3, GateSettings(temperature=0.3)).train()
    gate.logit_keep.data = logits
    x = torch.ones(200_000, 3)
    u = torch.rand_like(x).clamp(1e-6, 1 - 1e-6)
    textbook = torch.sigmoid((logits + torch.log(u) - torch.log(1 - u)) / 0.3)
    ours = gate(x).detach()
    torch.testing.assert_close(ours.mean(0), textbook.mean(0), rtol=0, atol=5e-3)
    torch.testing.assert_close(ours.var(0), textbook.var(0), rtol=0, atol=5e-3)
    for column in range(3):
        tested = scipy.stats.ks_2samp(ours[:20_000, column], textbook[:20_000, column])
        assert tested.pvalue > 1e-3


def test_the_gaussian_gate_s_noise_is_the_textbook_s():
    gate = GaussianGate(2).train()
    gate.log_sigma.data = torch.tensor([-1.0, 0.5])
    noisy = gate(torch.zeros(100_000, 2)).detach()
    torch.testing.assert_close(noisy.std(0), gate.log_sigma.detach().exp(), rtol=0.02, atol=0)


def test_the_gate_s_gradient_written_by_hand_is_autograd_s():
    gate = BernoulliGate(4).double().train()
    x = torch.randn(6, 4, dtype=torch.float64)
    weight = torch.randn(6, 4, dtype=torch.float64)
    torch.manual_seed(0)
    (gate(x) * weight).sum().backward()
    torch.manual_seed(0)
    drawn = logistic(x).double()
    logit = gate.logit_keep.detach().clone().requires_grad_()
    (x * torch.sigmoid((logit + drawn) / 0.1) * weight).sum().backward()
    torch.testing.assert_close(gate.logit_keep.grad, logit.grad)
