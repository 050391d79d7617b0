"""Second moments against dense arrays, and noise that cancels between halves."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

import spinn
from spinn.preparation import moments as moments_module
from spinn.preparation.moments import (
    N_SPLITS,
    kept_moments,
    mixed_moments,
    split_moments,
    whole_moments,
)
from spinn.preparation.thinning import thin
from tests.support.cells import from_counts, make_adata, make_data, without_counts

TRAIN = make_data(200, 10).of("train")


def thinned(train):
    return thin(train, n_splits=N_SPLITS, seed=0)


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


@pytest.mark.parametrize("task", ["reconstruction", "classification", "regression"])
def test_split_moments_are_means_over_splits_and_directions(task):
    """Against products of dense halves, one direction after the other."""
    pairs = [[h.toarray().astype(np.float64) for h in pair] for pair in thinned(TRAIN)]
    halves = np.stack([half for pair in pairs for half in pair])
    mean, std = halves.mean(axis=(0, 1)), halves.std(axis=(0, 1))
    whole = whole_moments(TRAIN, task)
    gram, cross, variance = 0, 0, 0
    for one, other in [pair for a, b in pairs for pair in ((a, b), (b, a))]:
        x, y = (one - mean) / std, other - other.mean(axis=0)
        if task == "classification":
            share = np.bincount(TRAIN.labels) / TRAIN.n_cells
            y = (np.eye(len(share))[TRAIN.labels] - share) / np.sqrt(share)
        elif task == "regression":
            y = (TRAIN.targets - TRAIN.targets.mean(axis=0)) / TRAIN.targets.std(axis=0)
        gram, cross = gram + x.T @ x / len(x), cross + x.T @ y / len(x)
        variance = variance + (y**2).mean(axis=0)
    moments = split_moments(TRAIN, task)
    np.testing.assert_allclose(moments.gram, gram / len(halves), atol=1e-6)
    np.testing.assert_allclose(moments.cross, cross / len(halves), atol=1e-6)
    np.testing.assert_allclose(moments.variance, variance / len(halves), rtol=1e-6)
    assert moments.cross.shape == whole.cross.shape


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


def test_moments_are_kept_of_the_named_cells_only():
    moments_of = kept_moments(TRAIN, "reconstruction")
    kept = moments_of(TRAIN.of("train"), "reconstruction")
    np.testing.assert_array_equal(kept.cross, split_moments(TRAIN, "reconstruction").cross)
    assert moments_of(TRAIN, "reconstruction") is kept
    assert moments_of(TRAIN, "classification").cross.shape[1] == len(TRAIN.classes)
    fewer = TRAIN.take(np.arange(50))
    other = split_moments(fewer, "reconstruction").cross
    np.testing.assert_array_equal(moments_of(fewer, "reconstruction").cross, other)


def test_choosing_and_explaining_compute_them_once(monkeypatch):
    calls = []

    def counted(train, *tasks):
        calls.append(train.n_cells)
        return split_moments(train, *tasks)

    monkeypatch.setattr(moments_module, "split_moments", counted)
    spinn.select_genes(make_adata(80, 12), 3, selector="greedy_split")
    assert len(calls) == 1
