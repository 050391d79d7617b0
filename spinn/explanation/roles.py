"""Whether a gene distinguishes cell types or varies within them."""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.panel import Panel
from spinn.preparation.columns import column_means
from spinn.preparation.moments import N_SPLITS
from spinn.preparation.thinning import thin
from spinn.profiles.means import means_of_types

MIN_SHARE = 0.5  # of a gene's signal between types makes it a gene of types


def roles(data: ExpressionData, panel: Panel) -> pd.DataFrame:
    """Return ``role`` and ``between_types`` of each gene of a panel, one row per gene.

    ``role``: `type NAME` where at least half of the gene's signal lies between cell types (the type
    in which it is highest), else `structure`; empty without labels or signal. ``between_types``:
    that share in the training cells.
    """
    train, inside = data.of("train"), data.positions(panel.genes)
    if train.labels is None:
        return pd.DataFrame({"role": [""] * len(inside), "between_types": np.nan})
    share = share_between_types(train)[inside]
    highest = [train.classes[kind] for kind in highest_types(train)[inside]]
    words = [
        "" if np.isnan(s) else f"type {name}" if s >= MIN_SHARE else "structure"
        for s, name in zip(share, highest, strict=True)
    ]
    return pd.DataFrame({"role": words, "between_types": share})


def highest_types(train: ExpressionData) -> Integers:
    """Return the type in which each gene's mean is highest, a position in the cells' classes."""
    if train.labels is None:
        raise ValueError("types need labels; name an obs column as label")
    means = means_of_types(train.values, train.labels, len(train.classes))
    return np.where(np.isnan(means), -np.inf, means).argmax(axis=0)


def share_between_types(train: ExpressionData) -> Floats:
    """Return the share of each gene's signal that lies between cell types, shape (genes,), in 0..1.

    NaN for genes without signal. Signal is the covariance of a gene with itself across two halves
    of the molecules, so that noise does not enter; between types it is that of the types' means.
    Means over five splits. Without counts both halves are the whole cells, and noise counts as
    variation within types.
    """
    if train.labels is None:
        raise ValueError("roles need labels; name an obs column as label")
    whole = [(train.values, train.values)]
    pairs = thin(train, n_splits=N_SPLITS, seed=0) if train.has_counts else whole
    size = np.bincount(train.labels, minlength=len(train.classes))
    member = sp.csr_matrix(
        (np.ones(train.n_cells), (train.labels, np.arange(train.n_cells))),
        shape=(len(size), train.n_cells),
    )
    signal, between = np.zeros(train.n_genes), np.zeros(train.n_genes)
    for a, b in pairs:
        mean_a, mean_b = column_means(a), column_means(b)
        signal += column_means(a.multiply(b)) - mean_a * mean_b
        of_type = [(member @ half).toarray() / np.maximum(size, 1)[:, None] for half in (a, b)]
        between += size / train.n_cells @ ((of_type[0] - mean_a) * (of_type[1] - mean_b))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(signal > 0, between / signal, np.nan)
    return np.clip(share, 0.0, 1.0)
