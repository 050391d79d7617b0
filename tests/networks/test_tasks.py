"""Tasks: the shared contract, and every loss against a loop over cells and outputs."""

import math

import numpy as np
import pytest
import torch

from spinn.networks.problem import TASKS, make_problem
from spinn.networks.tasks import (
    HURDLE_WEIGHT,
    MIN_HIDDEN_PROBABILITY,
    Classification,
    Hurdle,
    Reconstruction,
    Regression,
)
from tests.support.cells import make_data

N_CELLS, N_GENES = 5, 4
DATA = make_data().of("train", "valid")
# The output that predicts the targets without error.
PERFECT = {
    "reconstruction": lambda y: y,
    "classification": lambda y: 30.0 * torch.nn.functional.one_hot(y),
    "regression": lambda y: y,
    "hurdle": lambda y: torch.cat([y, torch.where(y > 0, -30.0, 30.0)], 1),
}


@pytest.mark.parametrize("name", TASKS)
def test_contract(name):
    """One finite loss per cell, lower for a better output; nothing that is passed in changes."""
    before, train = DATA.fingerprint(), DATA.of("train")
    task = make_problem(DATA, name, noise="none", basis=6).task
    y = task.targets(train, train.values)
    perfect, random = PERFECT[name](y), torch.randn(len(y), task.n_outputs)
    worse = torch.full((len(y),), torch.inf)
    for output in (random, perfect + (random - perfect) / 2, perfect):
        copies = output.clone(), y.clone()
        loss = task.loss(output, y)
        assert loss.shape == (train.n_cells,)
        assert loss.isfinite().all()
        assert loss.ge(0).all()
        assert torch.equal(output, copies[0])
        assert torch.equal(y, copies[1])
        assert (loss < worse).all()
        worse = loss
    assert loss.max() < 1e-6
    assert torch.equal(task.targets(train, train.values), y)
    assert DATA.fingerprint() == before


def test_an_unknown_task_is_refused():
    with pytest.raises(
        KeyError, match="'imputation' is not a task; the tasks are reconstruction, "
    ):
        make_problem(DATA, "imputation")


def numbers(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def reconstruction(basis=None, **options):
    return Reconstruction(basis, numbers(N_GENES), 2.5, **({"counts_hidden_only": False} | options))


def test_reconstruction_is_squared_error_over_variance():
    task, y, z = reconstruction(), numbers(N_CELLS, N_GENES), numbers(N_CELLS, N_GENES)
    expected = [sum((y[c, g] - z[c, g]) ** 2 for g in range(N_GENES)) / 2.5 for c in range(N_CELLS)]
    torch.testing.assert_close(task.loss(z, y), torch.stack(expected))
    assert task.n_outputs == N_GENES
    torch.testing.assert_close(task.decode(z), z + task.mean)


@pytest.mark.parametrize("rank", [1, 2, N_GENES])
def test_a_basis_leaves_out_a_constant(rank):
    basis = torch.linalg.qr(numbers(N_GENES, N_GENES))[0][:, :rank]
    task, y = reconstruction(basis), numbers(N_CELLS, N_GENES)
    centred = y - task.mean
    outside = (centred - centred @ basis @ basis.T).square().sum(1) / 2.5
    for _ in range(3):
        z = numbers(N_CELLS, rank)
        exact = (y - task.decode(z)).square().sum(1) / 2.5
        torch.testing.assert_close(task.loss(z, centred @ basis) + outside, exact)
    if rank == N_GENES:
        torch.testing.assert_close(outside, torch.zeros_like(outside))
    assert task.n_outputs == rank


INPUTS = torch.tensor([2, 0])


def test_loss_of_hidden_counts_hidden_inputs_by_their_probability():
    task = reconstruction(counts_hidden_only=True)
    y, z, hidden = numbers(N_CELLS, N_GENES), numbers(N_CELLS, N_GENES), torch.rand(N_CELLS, 2)
    probability = torch.tensor([0.6, 0.05])
    expected = np.zeros(N_CELLS)
    for c in range(N_CELLS):
        for g in range(N_GENES):
            weight = 1.0
            if g in INPUTS.tolist():
                at = INPUTS.tolist().index(g)
                weight = float(hidden[c, at]) / max(float(probability[at]), 0.2)
            expected[c] += weight * float(y[c, g] - z[c, g]) ** 2 / 2.5
    loss = task.loss_of_hidden(z, y, hidden, probability, INPUTS)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    assert MIN_HIDDEN_PROBABILITY == 0.2


def test_loss_of_hidden_is_the_whole_loss_on_average():
    task, y, z = reconstruction(), numbers(N_CELLS, N_GENES), numbers(N_CELLS, N_GENES)
    half = torch.tensor([0.5, 0.5])
    masks = [torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])]
    losses = [task.loss_of_hidden(z, y, mask.expand(N_CELLS, -1), half, INPUTS) for mask in masks]
    torch.testing.assert_close(sum(losses) / 2, task.loss(z, y))


def test_weights_of_hidden_inputs_carry_no_gradient():
    task, y = reconstruction(), numbers(N_CELLS, N_GENES)
    z = numbers(N_CELLS, N_GENES).requires_grad_()
    hidden = torch.rand(N_CELLS, 2).requires_grad_()
    probability = torch.tensor([0.6, 0.4]).requires_grad_()
    loss = task.loss_of_hidden(z, y, hidden, probability, INPUTS).sum()
    by = torch.autograd.grad(loss, (z, hidden, probability), allow_unused=True)
    assert by[0].abs().sum() > 0
    assert by[1:] == (None, None)


def test_classification_is_weighted_cross_entropy():
    weights = torch.tensor([0.5, 2.0, 1.0], dtype=torch.float64)
    logits, y = numbers(N_CELLS, 3), torch.tensor([0, 1, 2, 1, 0])
    expected = [
        -float(weights[k]) * math.log(math.exp(row[k]) / sum(math.exp(v) for v in row))
        for row, k in zip(logits.tolist(), y.tolist(), strict=True)
    ]
    task = Classification(weights)
    np.testing.assert_allclose(task.loss(logits, y), expected)
    assert task.n_outputs == 3


def test_regression_is_the_mean_over_targets():
    y, z = numbers(N_CELLS, 2), numbers(N_CELLS, 2)
    task = Regression(np.zeros(2), np.ones(2))
    np.testing.assert_allclose(task.loss(z, y), ((y - z) ** 2).numpy().mean(1))
    assert task.n_outputs == 2


def test_hurdle_pays_for_silence_and_for_height():
    y = numbers(N_CELLS, N_GENES).clamp_min(0)
    z = numbers(N_CELLS, 2 * N_GENES)
    expected = np.zeros(N_CELLS)
    for c in range(N_CELLS):
        for g in range(N_GENES):
            height, silent = float(z[c, g]), 1 / (1 + math.exp(-float(z[c, N_GENES + g])))
            value = float(y[c, g])
            missed = -math.log(silent if value <= 0 else 1 - silent)
            expected[c] += HURDLE_WEIGHT * missed
            expected[c] += (value - height) ** 2 if value > 0 else 0
    task = Hurdle(N_GENES)
    np.testing.assert_allclose(task.loss(z, y), expected / N_GENES)
    assert task.n_outputs == 2 * N_GENES
