"""Reconstruction in a basis: principal directions, and the exact share of variance."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from spinn.networks.batches import TRAIN_SEED
from spinn.networks.problem import make_problem, principal_basis
from spinn.networks.tasks import Reconstruction
from tests.support.cells import make_data

DATA = make_data()
TRAIN = DATA.of("train")


@pytest.mark.parametrize("rank", [1, 6, 20])
def test_basis_is_that_of_principal_components(rank):
    values = TRAIN.values
    basis, share = principal_basis(values, rank)
    np.testing.assert_allclose(basis.T @ basis, np.eye(rank), atol=1e-5)
    fitted = PCA(rank).fit(values.toarray().astype(np.float64))
    np.testing.assert_allclose(np.abs((basis * fitted.components_.T).sum(0)), 1, atol=1e-5)
    assert share == pytest.approx(fitted.explained_variance_ratio_.sum(), rel=1e-5)
    assert share <= 1


@pytest.mark.parametrize("noise", ["split", "none"])
def test_the_full_basis_is_the_exact_share_of_variance(noise):
    direct = make_problem(DATA, "reconstruction", noise=noise, basis=None)
    directions, _ = principal_basis(TRAIN.values, 20)
    moments = (direct.task.mean, direct.task.variance)
    turned = Reconstruction(torch.as_tensor(directions), *moments, counts_hidden_only=False)
    encoder = replace(direct.encoder, task=turned)
    examples = encoder.examples(TRAIN, seed=TRAIN_SEED)
    output = torch.randn(TRAIN.n_cells, 20)
    for view in range(len(examples.inputs)):
        decoded = turned.decode(output) - direct.task.mean
        exact = direct.task.loss(decoded, direct.train.targets[view])
        loss = turned.loss(output, examples.targets[view])
        torch.testing.assert_close(loss, exact, rtol=1e-4, atol=1e-5)
    null = direct.task.loss(torch.zeros(TRAIN.n_cells, 20), direct.train.targets[0]).mean()
    assert null == pytest.approx(1, abs=0.1 if noise == "split" else 1e-5)


def test_a_basis_is_used_where_it_is_smaller_than_the_genes():
    for noise, basis, n_outputs in (
        ("split", 6, 6),
        ("none", 6, 6),
        ("none", 20, 20),
        ("none", None, 20),
        ("hidden", 6, 20),
    ):
        task = make_problem(DATA, "reconstruction", noise=noise, basis=basis).task
        assert task.n_outputs == n_outputs
        assert (task.basis is None) == (n_outputs == 20)
        assert task.counts_hidden_only == (noise == "hidden")
