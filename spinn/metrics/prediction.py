"""How well a panel predicts values and classes: arrays in, numbers out."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from spinn.arrays import Floats


def r2(residual: ArrayLike, total: ArrayLike) -> Floats:
    """Return the share of variance explained, at most 1; NaN where there is no variance.

    From sums of squared residuals and of squared distances to the reference, same shape. A gene
    that does not vary says nothing about a panel, hence NaN and not 0 or 1.
    """
    residual, total = np.asarray(residual, np.float64), np.asarray(total, np.float64)
    return np.where(total > 0, 1 - _ratio(residual, total), np.nan)


def confusion(
    truth: ArrayLike, predicted: ArrayLike, n_classes: int, weights: ArrayLike | None = None
) -> Floats:
    """Count cells by true class (rows) and predicted class (columns), in 0..n_classes-1.

    ``weights``, shape (..., cells), say how often each cell counts; once if None. Their leading
    axes are kept, so that a bootstrap of many draws is one call: (..., n_classes, n_classes).
    """
    truth, predicted = np.asarray(truth, np.int64), np.asarray(predicted, np.int64)
    for labels in (truth, predicted):
        if labels.size and not (labels.min() >= 0 and labels.max() < n_classes):
            culprits = np.unique(labels[(labels < 0) | (labels >= n_classes)])[:3]
            raise ValueError(f"classes must lie in 0..{n_classes - 1}, got {culprits.tolist()}")
    weights = np.ones(truth.size) if weights is None else np.asarray(weights, dtype=np.float64)
    code, cells = truth * n_classes + predicted, np.arange(truth.size)
    shape = (n_classes * n_classes, truth.size)
    membership = sparse.csr_array((np.ones(truth.size), (code, cells)), shape=shape)
    draws = weights.shape[:-1]
    counts = membership @ weights.reshape(math.prod(draws), truth.size).T
    return np.asarray(counts.T).reshape(*draws, n_classes, n_classes)


def recall(counts: ArrayLike) -> Floats:
    """Return the recall of each class, shape (..., classes); NaN for absent classes."""
    hits, true, _ = _margins(counts)
    return _ratio(hits, true)


def balanced_accuracy(counts: ArrayLike) -> Floats:
    """Return the mean recall over the classes that the truth holds, in 0..1."""
    return _mean_of_present(recall(counts), counts)


def macro_f1(counts: ArrayLike) -> Floats:
    """Return the mean F1 over the classes that the truth holds, in 0..1.

    F1 of a class = 2 hits / (true + predicted). A class that is predicted but never true has no
    F1; its false positives already lower that of the classes they belong to.
    """
    hits, true, predicted = _margins(counts)
    return _mean_of_present(_ratio(2 * hits, true + predicted), counts)


def accuracy(counts: ArrayLike) -> Floats:
    """Return the share of cells given their true class, in 0..1."""
    hits, true, _ = _margins(counts)
    return _ratio(hits.sum(axis=-1), true.sum(axis=-1))


def redundancy(x: ArrayLike) -> float:
    """Return the largest absolute correlation between two columns of `x`, in 0..1.

    Columns without variance are skipped; fewer than two others give 0.
    """
    x = np.asarray(x, dtype=np.float64)
    x = x[:, np.ptp(x, axis=0) > 0]
    if x.shape[1] < 2:
        return 0.0
    correlation = np.abs(np.corrcoef(x, rowvar=False))
    np.fill_diagonal(correlation, 0)
    return float(min(correlation.max(), 1.0))


def _margins(counts: ArrayLike) -> tuple[Floats, Floats, Floats]:
    counts = np.asarray(counts, dtype=np.float64)
    return counts.diagonal(axis1=-2, axis2=-1), counts.sum(axis=-1), counts.sum(axis=-2)


def _mean_of_present(values: Floats, counts: ArrayLike) -> Floats:
    present = np.asarray(counts).sum(axis=-1) > 0
    return _ratio(np.where(present, values, 0).sum(axis=-1), present.sum(axis=-1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return part / whole
