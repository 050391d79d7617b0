"""Cells with planted structure, and the same cells without any, for null checks."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from spinn.data import ExpressionData
from tests.support.cells import from_counts, without_counts

N_CELLS, N_GENES = 600, 150


def structured(seed: int) -> ExpressionData:
    """Molecules of three types and a programme; genes of very different abundance and spread."""
    rng = np.random.default_rng(seed)
    kind = np.arange(N_CELLS) % 3
    profile = rng.normal(size=(3, N_GENES)) * rng.binomial(1, 0.3, size=N_GENES)
    programme = rng.normal(size=(N_CELLS, 1)) * rng.normal(scale=0.6, size=N_GENES)
    abundance = rng.normal(0.0, 1.2, size=N_GENES)
    counts = rng.poisson(np.exp(abundance + profile[kind] + programme))
    return from_counts(sp.csr_matrix(counts.astype(np.int32)), labels=kind, seed=seed)


def unstructured(data: ExpressionData, seed: int) -> ExpressionData:
    """The same cells, each gene's molecules permuted among them."""
    counts = np.random.default_rng(seed).permuted(data.counts.toarray(), axis=0)
    return from_counts(sp.csr_matrix(counts), labels=data.labels, part=data.part)


def unstructured_values(data: ExpressionData, seed: int) -> ExpressionData:
    """The same without molecules, each gene's normalised values permuted.

    Permuted molecules would not do here: dividing by a cell's total correlates abundant genes with
    all others.
    """
    values = np.random.default_rng(seed).permuted(data.values.toarray(), axis=0)
    train = values[data.part == "train"].astype(np.float64)
    return replace(
        without_counts(data),
        values=sp.csr_matrix(values),
        mean=train.mean(0).astype(np.float32),
        std=np.maximum(train.std(0), 1e-3).astype(np.float32),
    )


def noise_alone(data: ExpressionData, seed: int) -> ExpressionData:
    """Poisson molecules about each gene's mean.

    Genes that vary more than Poisson's law allows carry signal by themselves, which a panel gains
    by measuring them (`fvu_split`), so permuting them would not do either.
    """
    rate = np.asarray(data.counts.mean(axis=0)).ravel()
    counts = np.random.default_rng(seed).poisson(rate, size=data.counts.shape)
    return from_counts(sp.csr_matrix(counts.astype(np.int32)), labels=data.labels, part=data.part)
