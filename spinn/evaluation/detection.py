"""Cells as seen by a technology that misses molecules, more of some genes than of others."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.data import ExpressionData
from spinn.networks.batches import Pairs
from spinn.preparation.thinning import Molecules, log_normalise, molecule_halves

# Standard deviation of the logarithm of genes' efficiencies around the level: two genes in three
# lie within a factor of 1.6 of it.
SPREAD = 0.5


@dataclass(frozen=True)
class Detection:
    """How much of each gene is detected."""

    level: float  # share detected of a typical gene's molecules, in (0, 1]; 1: cells as they are
    seed: int  # of the genes' efficiencies and of the molecules that are lost

    def __post_init__(self) -> None:
        if not 0 < self.level <= 1:
            raise ValueError(f"an efficiency must lie in (0, 1], got {self.level}")

    def efficiency(self, n_genes: int) -> NDArray[np.float64]:
        """Return each gene's share of detected molecules, shape (genes,), in (0, 1].

        ``level`` times a log-normal factor of median 1, at most 1. A gene's factor is the same at
        all levels; at level 1 all are 1.
        """
        if self.level == 1:
            return np.ones(n_genes)
        factor = np.exp(SPREAD * np.random.default_rng(self.seed).normal(size=n_genes))
        return np.minimum(self.level * factor, 1.0)

    def views(self, data: ExpressionData, noise: str, *, n_splits: int, seed: int) -> Pairs:
        """Return pairs of values to read, molecules lost, and values to predict, none lost.

        As `spinn.networks.batches.views`: with noise `split` from one half of each cell to the
        other, else from the whole cell to itself. What is read is log-normalised by the total that
        a cell of this depth would have at the level: this corrects for the typical loss, not for
        how much a gene's own differs.
        """
        if data.counts is None or data.total_counts is None:
            raise ValueError("detection loss needs counts; these data have values only")
        rng = np.random.default_rng((self.seed, 1))
        efficiency = self.efficiency(data.n_genes)

        def read(molecules: Molecules) -> sp.csr_matrix:
            counts, total = molecules
            detected = counts.copy()
            detected.data = rng.binomial(counts.data, efficiency[counts.indices]).astype(np.int32)
            detected.eliminate_zeros()
            return log_normalise(detected, total * self.level, data.target_sum)

        if noise != "split":
            return [(read((data.counts, data.total_counts)), data.values)]
        return [
            (read(one), log_normalise(*other, data.target_sum))
            for half, rest in molecule_halves(data, n_splits=n_splits, seed=seed)
            for one, other in ((half, rest), (rest, half))
        ]
