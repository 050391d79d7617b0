"""Measures of prediction against scikit-learn, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as referee

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
        repeated = np.repeat(np.arange(truth.size), weights[place])
        alone = metrics.confusion(truth[repeated], predicted[repeated], 5)
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
    with pytest.raises(ValueError, match=r"must lie in 0\.\.2, got \[-1, 3\]"):
        metrics.confusion([0, -1, 3], [0, 0, 0], 3)


def test_r2_agrees_with_sklearn_and_skips_constant_genes():
    random = np.random.default_rng(0)
    truth = random.normal(size=(50, 4)) + 7
    truth[:, 2] = 0.5
    predicted = truth + random.normal(size=truth.shape)
    total = np.square(truth - truth.mean(axis=0)).sum(axis=0)
    r2 = metrics.r2(np.square(truth - predicted).sum(axis=0), total)
    for gene in (0, 1, 3):
        assert r2[gene] == pytest.approx(referee.r2_score(truth[:, gene], predicted[:, gene]))
    assert np.isnan(r2[2])
    assert metrics.r2(np.zeros(4), total)[0] == 1
    assert metrics.r2([4.0], [4.0])[0] == 0


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
