"""Examples of a task: what a network reads of cells, and what it is to predict."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.data import ExpressionData
from spinn.networks.rows import Rows, standardised_rows
from spinn.networks.tasks import Task
from spinn.preparation.thinning import thin

Pairs = list[tuple[sp.csr_matrix, sp.csr_matrix]]
TRAIN_SEED, VALID_SEED, TEST_SEED = 0, 1, 2


@dataclass(frozen=True)
class Examples:
    """Inputs and targets of some cells, in one or several views used in turn.

    With split molecules each view reads one half and predicts the other.
    """

    inputs: tuple[Rows, ...]
    targets: tuple[Tensor, ...]
    n_cells: int

    def batch(self, view: int, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return inputs (cells, genes) and targets of the cells at ``index``, on any device."""
        targets = self.targets[view]
        return self.inputs[view].take(index), targets.index_select(0, index.to(targets.device))

    def spread(self, n_cells: int) -> list[tuple[Tensor, Tensor]]:
        """Return one batch per view, at most ``n_cells`` cells in all but at least one per view.

        The cells are evenly spaced, the same in every view.
        """
        per_view = max(1, min(self.n_cells, n_cells // len(self.inputs)))
        index = torch.linspace(0, self.n_cells - 1, per_view).round().long().unique()
        return [self.batch(view, index) for view in range(len(self.inputs))]

    def keep(self, index: Tensor) -> "Examples":
        """Return the examples with the input genes at ``index``."""
        return replace(self, inputs=tuple(rows.keep(index) for rows in self.inputs))


@dataclass(frozen=True)
class Encoder:
    """How cells become examples of a task; everything learnt from the training cells.

    ``input_mean`` and ``input_std`` standardise inputs; a gene at its mean is 0. ``binary`` inputs
    say only whether a gene is on (value > 0).
    """

    name: str
    noise: str
    input_mean: NDArray[np.floating]
    input_std: NDArray[np.floating]
    task: Task
    device: torch.device
    binary: bool = False

    def examples(self, data: ExpressionData, pairs: Pairs, *, resident: bool = True) -> Examples:
        """Return the examples of all cells of ``data``, all genes as inputs, one view per pair."""
        how = self.input_mean, self.input_std, self.device
        inputs = [standardised_rows(self.read(x), *how, resident=resident) for x, _ in pairs]
        targets = [self.task.targets(data, y).to(self.device) for _, y in pairs]
        return Examples(tuple(inputs), tuple(targets), data.n_cells)

    def read(self, values: sp.csr_matrix) -> sp.csr_matrix:
        """Return the inputs from log-normalised values: themselves, or 1 where above 0."""
        return is_on(values) if self.binary else values


def views(data: ExpressionData, noise: str, n_splits: int, seed: int) -> Pairs:
    """Return pairs of values to read and values to predict, each CSR (n_cells, n_genes)."""
    if noise != "split":
        return [(data.values, data.values)]
    if not data.has_counts:
        raise ValueError(
            "noise: split needs counts, and these data have log-normalised values from which none "
            "could be recovered; set noise: hidden"
        )
    halves = thin(data, n_splits=n_splits, seed=seed)
    return [pair for a, b in halves for pair in ((a, b), (b, a))]


def is_on(values: sp.csr_matrix) -> sp.csr_matrix:
    """Return 1 where a value is above 0, else 0."""
    on = (values.data > 0).astype(values.dtype)
    return sp.csr_matrix((on, values.indices, values.indptr), shape=values.shape)
