"""The measures against scikit-learn, against naive loops, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as referee
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from spinn.metrics import prediction as metrics


def labels(seed: int, n_cells: int = 60, n_classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.integers(n_classes, size=n_cells)
    wrong = random.random(n_cells) < 0.4
    return truth, np.where(wrong, random.integers(n_classes, size=n_cells), truth)


@given(seed=st.integers(0, 10_000), n_cells=st.integers(1, 40))
def test_class_measures_agree_with_sklearn(seed, n_cells):
    truth, predicted = labels(seed, n_cells)
    counts = metrics.confusion(truth, predicted, 5)
    present = np.unique(truth)
    np.testing.assert_array_equal(
        counts, referee.confusion_matrix(truth, predicted, labels=range(5))
    )
    f1 = referee.f1_score(truth, predicted, labels=present, average="macro", zero_division=0)
    assert metrics.macro_f1(counts) == pytest.approx(f1)
    recall = referee.recall_score(truth, predicted, labels=present, average=None)
    np.testing.assert_allclose(metrics.recall(counts)[present], recall)
    assert np.isnan(np.delete(metrics.recall(counts), present)).all()
    assert metrics.balanced_accuracy(counts) == pytest.approx(recall.mean())
    assert metrics.accuracy(counts) == pytest.approx(referee.accuracy_score(truth, predicted))


@given(seed=st.integers(0, 10_000))
def test_a_weight_is_a_repetition(seed):
    truth, predicted = labels(seed)
    weights = np.random.default_rng(seed).integers(0, 4, size=(2, 3, truth.size))
    counts = metrics.confusion(truth, predicted, 5, weights)
    assert counts.shape == (2, 3, 5, 5)
    for place in np.ndindex(2, 3):
        again = np.repeat(np.arange(truth.size), weights[place])
        alone = metrics.confusion(truth[again], predicted[again], 5)
        np.testing.assert_array_equal(counts[place], alone)
        assert metrics.macro_f1(counts)[place] == metrics.macro_f1(alone)


@given(seed=st.integers(0, 10_000))
def test_the_order_of_cells_does_not_matter(seed):
    truth, predicted = labels(seed)
    order = np.random.default_rng(seed).permutation(truth.size)
    np.testing.assert_array_equal(
        metrics.confusion(truth, predicted, 5), metrics.confusion(truth[order], predicted[order], 5)
    )


def test_no_cells_have_no_score():
    counts = metrics.confusion([], [], 3)
    for measure in (metrics.macro_f1, metrics.balanced_accuracy, metrics.accuracy):
        assert np.isnan(measure(counts))


def test_classes_outside_are_named():
    with pytest.raises(ValueError, match=r"must lie in 0\.\.2, came \[-1, 3\]"):
        metrics.confusion([0, -1, 3], [0, 0, 0], 3)


def test_r2_agrees_with_sklearn_and_skips_constant_genes():
    random = np.random.default_rng(0)
    truth = random.normal(size=(50, 4)) + 7
    truth[:, 2] = 0.1  # a mean that floating point does not hit exactly
    predicted = truth + random.normal(size=truth.shape)
    found = metrics.r2_per_gene(truth, predicted)
    for gene in (0, 1, 3):
        assert found[gene] == pytest.approx(referee.r2_score(truth[:, gene], predicted[:, gene]))
    assert np.isnan(found[2])
    assert metrics.r2_per_gene(truth, truth)[0] == 1


def test_r2_takes_a_reference():
    truth = np.array([[1.0], [3.0]])
    assert metrics.r2_per_gene(truth, [[1.0], [1.0]], reference=[1.0])[0] == 0


def test_redundancy_is_the_largest_correlation():
    random = np.random.default_rng(1)
    x = random.normal(size=(40, 4))
    x[:, 3] = -2 * x[:, 1] + 0.1 * random.normal(size=40)
    expected = max(abs(np.corrcoef(x[:, i], x[:, j])[0, 1]) for i in range(4) for j in range(i))
    constant = np.column_stack([x, np.full(40, 0.3)])
    assert metrics.redundancy(x) == pytest.approx(expected)
    assert metrics.redundancy(constant) == pytest.approx(expected)
    assert metrics.redundancy(x[:, :1]) == 0
    assert metrics.redundancy(np.column_stack([x[:, 0], x[:, 0]])) == pytest.approx(1)


@pytest.mark.parametrize(("cells", "genes"), [(30, 8), (8, 30), (20, 20)])
def test_components_agree_with_sklearn(cells, genes):
    x = np.random.default_rng(2).normal(size=(cells, genes)) + 3
    found = metrics.principal_components(x, 5)
    expected = PCA(5, svd_solver="full").fit_transform(x)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, expected * signs, atol=1e-7)


def test_components_point_to_their_largest_loading():
    x = np.random.default_rng(3).normal(size=(30, 6))
    found = metrics.principal_components(x, 6)
    loadings = np.linalg.lstsq(x - x.mean(axis=0), found, rcond=None)[0]
    assert (loadings[np.abs(loadings).argmax(axis=0), np.arange(6)] > 0).all()
    np.testing.assert_allclose(metrics.principal_components(x[::-1], 6), found[::-1], atol=1e-10)


def test_components_of_few_cells_are_not_noise():
    x = np.random.default_rng(4).normal(size=(5, 9))
    found = metrics.principal_components(x, 50)
    assert found.shape == (5, 5)
    np.testing.assert_allclose(found[:, 4], 0, atol=1e-6)  # five centred cells span four directions
    with pytest.raises(ValueError, match="must be at least 1, came 0"):
        metrics.principal_components(x, 0)


@pytest.mark.parametrize("block", [2**23, 70])
def test_neighbors_agree_with_sklearn(block, monkeypatch):
    monkeypatch.setattr("spinn.metrics.neighbors._BLOCK", block)
    x = np.random.default_rng(5).normal(size=(60, 7)) + 100
    expected = NearestNeighbors(n_neighbors=6).fit(x).kneighbors()[1]
    np.testing.assert_array_equal(metrics.neighbors(x, 6), expected)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 11))
def test_ties_come_in_the_order_of_rows(seed, k):
    # A small grid, shifted: distances tie everywhere, and floating point blurs the ties.
    x = np.random.default_rng(seed).integers(0, 3, size=(12, 2)) / 3 + 0.1
    whole = np.round(x * 3 - 0.3).astype(int)
    for cell, found in enumerate(metrics.neighbors(x, k)):
        squared = np.square(whole - whole[cell]).sum(axis=1)
        order = sorted((distance, other) for other, distance in enumerate(squared) if other != cell)
        assert found.tolist() == [other for _, other in order[:k]]


def test_neighbors_of_identical_cells():
    assert metrics.neighbors(np.ones((4, 2)), 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


@pytest.mark.parametrize("k", [0, 5])
def test_neighbors_need_enough_cells(k):
    with pytest.raises(ValueError, match=rf"k must lie in 1\.\.4 for 5 cells, came {k}"):
        metrics.neighbors(np.eye(5), k)


@given(seed=st.integers(0, 10_000))
def test_knn_share_counts_shared_neighbours(seed):
    random = np.random.default_rng(seed)
    first, second = (metrics.neighbors(random.normal(size=(20, 3)), 5) for _ in range(2))
    expected = [len(set(a) & set(b)) / 5 for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(metrics.knn_share(first, second), expected)
    np.testing.assert_array_equal(metrics.knn_share(first, first), 1)
    np.testing.assert_array_equal(
        metrics.knn_share(first, second), metrics.knn_share(second, first)
    )


def test_knn_share_needs_equal_shapes():
    with pytest.raises(ValueError, match="same cells and k"):
        metrics.knn_share(np.zeros((3, 2)), np.zeros((3, 1)))


def test_every_metric_has_a_direction_and_a_label():
    assert set(metrics.DIRECTION) == set(metrics.LABEL)
    assert set(metrics.HEADLINES) <= set(metrics.DIRECTION)
    assert metrics.headline_of({"knn_share", "fvu_without_self"}) == "fvu_without_self"
    with pytest.raises(ValueError, match=r"needs one of .*came \['knn_share'\]"):
        metrics.headline_of(["knn_share"])
