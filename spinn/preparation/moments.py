"""Second moments of training cells: all that a linear selector or predictor needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.preparation.columns import column_means, divisor
from spinn.preparation.thinning import thin

RIDGE = 1e-3  # added to the diagonal of a covariance of standardised genes
N_SPLITS = 5


@dataclass(frozen=True)
class Moments:
    """Means over training cells of products of inputs x (standardised genes) and centred targets y.

    ``own_noise`` says whether the targets are the genes themselves, read in the same molecules as
    the inputs, so that a gene seems to explain its own noise.
    """

    gram: Floats  # G = x x', shape (genes, genes)
    cross: Floats  # C = x y', shape (genes, targets)
    variance: Floats  # y y, shape (targets,)
    own_noise: bool


MomentsOf = Callable[[ExpressionData, str], Moments]  # from training cells and a task


def whole_moments(train: ExpressionData, *tasks: str) -> Moments:
    """Return moments of whole cells: inputs and targets, of all tasks, from the same molecules."""
    x = _scaled(train.values, train.mean, train.std)
    y = _targets(train, tasks, train.values)
    genes = tasks[0] in ("reconstruction", "hurdle")  # the targets
    return Moments(_product(x, x), _product(x, y), (y**2).mean(axis=0), own_noise=genes)


def split_moments(train: ExpressionData, *tasks: str) -> Moments:
    """Return the moments of split molecules, C from one half to the other: noise cancels there.

    Means over five fixed splits and both directions; genes are standardised by the halves' own
    moments. Without counts: those of whole cells.
    """
    if not train.has_counts:
        return whole_moments(train, *tasks)
    pairs = thin(train, n_splits=N_SPLITS, seed=0)  # as the networks' are
    halves = [half for pair in pairs for half in pair]
    mean = np.mean([column_means(half) for half in halves], axis=0)
    square = np.mean([column_means(half.multiply(half)) for half in halves], axis=0)
    std = divisor(np.sqrt(np.maximum(square - mean**2, 0))).astype(np.float64)
    known = [_known_targets(train, task) for task in tasks]
    shape, n = (train.n_genes, train.n_genes), len(halves)
    gram, between, variance = np.zeros(shape), np.zeros(shape), np.zeros(train.n_genes)
    of_known: list[Floats | float] = [0.0] * len(tasks)
    for one, other in pairs:
        a, b = _scaled(one, mean, std), _scaled(other, mean, std)
        gram += (_product(a, a) + _product(b, b)) / n
        if any(y is None for y in known):
            # Of both directions: the product from b to a is the transpose of that from a to b.
            covariance = _product(a, b) - np.outer(a.mean(axis=0), b.mean(axis=0))
            between += (covariance + covariance.T) / n
            variance += (a.var(axis=0) + b.var(axis=0)) / n
        of_known = [
            total if y is None else total + (_product(a, y) + _product(b, y)) / n
            for total, y in zip(of_known, known, strict=True)
        ]
    crosses = [
        between * std if y is None else np.asarray(cross)
        for cross, y in zip(of_known, known, strict=True)
    ]
    variances = [variance * std**2 if y is None else (y**2).mean(axis=0) for y in known]
    return Moments(gram, np.hstack(crosses), np.hstack(variances), own_noise=False)


def kept_moments(train: ExpressionData, task: str) -> MomentsOf:
    """Return `split_moments` of any cells and one task, which computes those of some cells once."""
    digest, once = train.fingerprint(), cache(partial(split_moments, train))

    def moments_of(cells: ExpressionData, task_of_cells: str) -> Moments:
        if task_of_cells == task and cells.fingerprint() == digest:
            return once(task)
        return split_moments(cells, task_of_cells)

    return moments_of


def mixed_moments(train: ExpressionData, weight: float) -> Moments:
    """Return the split moments of labelled cells with all genes and types as targets at once.

    With the types' ``weight``, in [0, 1], a gene's gain is (1 - weight) times the share it explains
    of the genes' variance plus weight times the share it explains of the types'.
    """
    moments = split_moments(train, "reconstruction", "classification")
    parts = np.split(moments.variance, [train.n_genes])
    shares = (1 - weight, weight) / np.maximum([part.sum() for part in parts], 1e-12)
    scale = np.repeat(shares, [len(part) for part in parts])
    return replace(moments, cross=moments.cross * np.sqrt(scale), variance=moments.variance * scale)


def _scaled(values: sp.csr_matrix, mean: NDArray[np.floating], std: NDArray[np.floating]) -> Floats:
    return (values.toarray().astype(np.float64) - mean) / std


def _targets(train: ExpressionData, tasks: Sequence[str], values: sp.csr_matrix) -> Floats:
    """Return the centred targets of all tasks, shape (cells, targets).

    Class indicators, regression targets or log-normalised genes. Genes keep their scale, as in the
    fraction of variance unexplained that panels are judged by.
    """
    known = [_known_targets(train, task) for task in tasks]
    return np.hstack([_centred(values.toarray()) if y is None else y for y in known])


def _known_targets(train: ExpressionData, task: str) -> Floats | None:
    """Return the centred targets of a task; None where they are the genes."""
    if task == "classification" and train.labels is not None:
        y = np.eye(len(train.classes))[train.labels]
        # Rare types weigh as much as common ones.
        return _centred(y / np.sqrt(np.maximum(y.mean(axis=0), 1e-12)))
    if task == "regression" and train.targets is not None:
        return _centred(train.targets / np.maximum(train.targets.std(axis=0), 1e-12))
    return None


def _centred(y: NDArray[np.floating]) -> Floats:
    wide = y.astype(np.float64)
    return wide - wide.mean(axis=0)


def _product(x: Floats, y: Floats) -> Floats:
    return x.T @ y / len(x)
