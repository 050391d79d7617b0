"""Neighbourhoods and components against scikit-learn, and the shares kept against loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from spinn.metrics.neighbors import knn_overlap, knn_share, neighbors, principal_components


@pytest.mark.parametrize(("cells", "genes"), [(30, 8), (8, 30), (20, 20)])
def test_components_agree_with_sklearn(cells, genes):
    x = np.random.default_rng(2).normal(size=(cells, genes)) + 3
    scores = principal_components(x, 5)
    expected = PCA(5, svd_solver="full").fit_transform(x)
    signs = np.sign((scores * expected).sum(axis=0))
    np.testing.assert_allclose(scores, expected * signs, atol=1e-7)


def test_components_point_to_their_largest_loading():
    x = np.random.default_rng(3).normal(size=(30, 6))
    scores = principal_components(x, 6)
    loadings = np.linalg.lstsq(x - x.mean(axis=0), scores, rcond=None)[0]
    assert (loadings[np.abs(loadings).argmax(axis=0), np.arange(6)] > 0).all()
    np.testing.assert_allclose(principal_components(x[::-1], 6), scores[::-1], atol=1e-10)


def test_components_of_few_cells_are_not_noise():
    x = np.random.default_rng(4).normal(size=(5, 9))
    scores = principal_components(x, 50)
    assert scores.shape == (5, 5)
    np.testing.assert_allclose(
        scores[:, 4], 0, atol=1e-6
    )  # five centred cells span four directions
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        principal_components(x, 0)


@pytest.mark.parametrize("block", [2**23, 70])
def test_neighbors_agree_with_sklearn(block, monkeypatch):
    monkeypatch.setattr("spinn.metrics.neighbors._BLOCK", block)
    x = np.random.default_rng(5).normal(size=(60, 7)) + 100
    expected = NearestNeighbors(n_neighbors=6).fit(x).kneighbors()[1]
    np.testing.assert_array_equal(neighbors(x, 6), expected)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 11))
def test_ties_are_in_the_order_of_rows(seed, k):
    # A small grid, shifted: distances tie everywhere, and floating point blurs the ties.
    x = np.random.default_rng(seed).integers(0, 3, size=(12, 2)) / 3 + 0.1
    whole = np.round(x * 3 - 0.3).astype(int)
    for cell, nearest in enumerate(neighbors(x, k)):
        squared = np.square(whole - whole[cell]).sum(axis=1)
        order = sorted((distance, other) for other, distance in enumerate(squared) if other != cell)
        assert nearest.tolist() == [other for _, other in order[:k]]


def test_neighbors_of_identical_cells():
    assert neighbors(np.ones((4, 2)), 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


@pytest.mark.parametrize("k", [0, 5])
def test_neighbors_need_enough_cells(k):
    with pytest.raises(ValueError, match=rf"k must lie in 1\.\.4 for 5 cells, got {k}"):
        neighbors(np.eye(5), k)


@given(seed=st.integers(0, 10_000))
def test_knn_share_counts_shared_neighbours(seed):
    random = np.random.default_rng(seed)
    first, second = (neighbors(random.normal(size=(20, 3)), 5) for _ in range(2))
    expected = [len(set(a) & set(b)) / 5 for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(knn_share(first, second), expected)
    np.testing.assert_array_equal(knn_share(first, first), 1)
    np.testing.assert_array_equal(knn_share(first, second), knn_share(second, first))


def test_knn_share_needs_equal_shapes():
    with pytest.raises(ValueError, match="same cells and k"):
        knn_share(np.zeros((3, 2)), np.zeros((3, 1)))


@given(st.integers(0, 200), st.integers(5, 12))
def test_overlap_is_the_mean_over_k_of_shares(seed, n):
    random = np.random.default_rng(seed)
    one, other = (np.stack([random.permutation(40)[:n] for _ in range(7)]) for _ in range(2))
    expected = [
        np.mean([len({*a[:k]} & {*b[:k]}) / k for k in range(5, 31) if k <= n])
        for a, b in zip(one, other, strict=True)
    ]
    np.testing.assert_allclose(knn_overlap(one, other), expected)
    np.testing.assert_allclose(knn_overlap(one, one), 1)


def test_overlap_does_not_depend_on_memory(monkeypatch):
    random = np.random.default_rng(0)
    near, other = (neighbors(random.normal(size=(90, 6)), 20) for _ in range(2))
    whole = knn_overlap(near, other)
    monkeypatch.setattr("spinn.metrics.neighbors._BLOCK", 1)
    np.testing.assert_allclose(knn_overlap(near, other), whole, rtol=1e-12)


def test_overlap_says_what_it_needs():
    one = np.zeros((3, 4), dtype=np.int64)
    with pytest.raises(ValueError, match="at least 5 neighbours are needed, got 4"):
        knn_overlap(one, one)
    with pytest.raises(ValueError, match="the same cells and k"):
        knn_overlap(one, one[:, :3])
