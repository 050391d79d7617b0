"""Second moments against dense arrays, and noise that cancels between halves."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.preparation.moments import mixed_moments, split_moments, whole_moments
from tests.support.cells import from_counts, make_data, without_counts

TRAIN = make_data(200, 10).of("train")


def test_moments_of_whole_cells_are_products_of_their_values():
    values = TRAIN.values.toarray().astype(np.float64)
    x, y = (values - TRAIN.mean) / TRAIN.std, values - values.mean(axis=0)
    moments = whole_moments(TRAIN, "reconstruction")
    np.testing.assert_allclose(moments.gram, x.T @ x / len(x))
    np.testing.assert_allclose(moments.cross, x.T @ y / len(x))
    np.testing.assert_allclose(moments.variance, y.var(axis=0))
    assert moments.own_noise
    assert not whole_moments(TRAIN, "classification").own_noise


def test_classes_weigh_alike_and_regression_targets_have_unit_variance():
    share = np.bincount(TRAIN.labels) / TRAIN.n_cells
    classes = whole_moments(TRAIN, "classification")
    np.testing.assert_allclose(classes.variance, 1 - share)
    targets = whole_moments(TRAIN, "regression")
    np.testing.assert_allclose(targets.variance, 1, rtol=1e-5)


def test_noise_cancels_between_halves():
    """Independent genes of one rate: a half's gene does not predict itself in the other half."""
    counts = np.random.default_rng(0).poisson(3, size=(4000, 8)).astype(np.int32)
    train = from_counts(sp.csr_matrix(counts), total=np.full(4000, 500)).of("train")
    share = np.diag(split_moments(train, "reconstruction").cross)
    assert (np.diag(whole_moments(train, "reconstruction").cross) > 0.3).all()
    assert np.abs(share).max() < 0.05


def test_without_counts_split_moments_are_those_of_whole_cells():
    bare = without_counts(TRAIN)
    split, whole = (f(bare, "reconstruction") for f in (split_moments, whole_moments))
    np.testing.assert_array_equal(split.cross, whole.cross)
    assert split.own_noise


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_mixed_targets_share_the_variance_by_weight(weight):
    moments = mixed_moments(TRAIN, weight)
    genes, classes = np.split(moments.variance, [TRAIN.n_genes])
    assert genes.sum() == pytest.approx(1 - weight)
    assert classes.sum() == pytest.approx(weight)
    alone = split_moments(TRAIN, "reconstruction")
    scale = np.sqrt((1 - weight) / alone.variance.sum())
    np.testing.assert_allclose(moments.cross[:, : TRAIN.n_genes], alone.cross * scale)


def test_a_constant_gene_has_no_moments():
    values = TRAIN.values.tolil()
    values[:, 3] = 1.5
    moments = whole_moments(
        replace(TRAIN, values=values.tocsr(), mean=np.full(10, 1.5)), "reconstruction"
    )
    assert moments.variance[3] == pytest.approx(0)
    np.testing.assert_allclose(moments.gram[3], 0, atol=1e-12)
