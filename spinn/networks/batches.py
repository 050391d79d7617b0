"""Examples of a task: what a network reads of cells, and what it is to predict.

`keep` narrows what is read without touching the original.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.data import ExpressionData
from spinn.networks.rows import Rows, standardised_rows
from spinn.networks.tasks import Classification, Reconstruction, Regression, Task
from spinn.preparation.thinning import thin

Pairs = list[tuple[sp.csr_matrix, sp.csr_matrix]]
TRAIN_SEED, VALID_SEED, TEST_SEED = 0, 1, 2


@dataclass(frozen=True)
class Examples:
    """Inputs and targets of some cells, in one or several views drawn in turn.

    With split molecules each view reads one half and predicts the other.
    """

    inputs: tuple[Rows, ...]
    targets: tuple[Tensor, ...]
    n_cells: int

    def batch(self, view: int, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return inputs (cells, genes) and targets of the cells at ``index``."""
        return self.inputs[view].take(index), self.targets[view][index]

    def keep(self, index: Tensor) -> "Examples":
        """Return the examples with the input genes at ``index``."""
        return replace(self, inputs=tuple(rows.keep(index) for rows in self.inputs))


@dataclass(frozen=True)
class Encoder:
    """How cells become examples of a task; everything learnt from the training cells.

    ``input_mean`` and ``input_std`` standardise inputs; a gene at its mean is 0. Where ``binary``
    it is only read whether a gene is there.
    """

    name: str
    noise: str
    n_splits: int
    input_mean: NDArray[np.floating]
    input_std: NDArray[np.floating]
    task: Task
    device: torch.device
    target_mean: NDArray[np.floating] | None = None
    target_std: NDArray[np.floating] | None = None
    binary: bool = False

    def examples(
        self, data: ExpressionData, *, seed: int, n_splits: int | None = None, resident: bool = True
    ) -> Examples:
        """Return the examples of all cells of ``data``, with all genes as inputs."""
        pairs = views(data, self.noise, n_splits or self.n_splits, seed)
        return self.examples_of(data, pairs, resident=resident)

    def examples_of(self, data: ExpressionData, pairs: Pairs, *, resident: bool = True) -> Examples:
        """Return the examples of all cells of ``data`` from pairs of values to read and predict."""
        inputs = tuple(
            standardised_rows(
                self.read(x),
                self.input_mean,
                self.input_std,
                self.device,
                resident=resident,
            )
            for x, _ in pairs
        )
        return Examples(inputs, tuple(self._target(data, y) for _, y in pairs), data.n_cells)

    def read(self, values: sp.csr_matrix) -> sp.csr_matrix:
        """Return what is read of log-normalised values: themselves, or 1 where there is any."""
        return binary_values(values) if self.binary else values

    def _target(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        task = self.task
        if isinstance(task, Classification):
            return torch.as_tensor(data.labels, device=self.device)
        if isinstance(task, Regression):
            scaled = (data.targets - self.target_mean) / self.target_std  # type: ignore[operator]
            return torch.as_tensor(scaled, dtype=torch.float32, device=self.device)
        if isinstance(task, Reconstruction) and task.basis is not None:
            basis = task.basis.cpu().numpy()
            coordinates = values @ basis - task.mean.cpu().numpy() @ basis
            return torch.as_tensor(coordinates, dtype=torch.float32, device=self.device)
        dense = torch.as_tensor(values.toarray(), dtype=torch.float32, device=self.device)
        return dense - task.mean if isinstance(task, Reconstruction) else dense


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


def binary_values(values: sp.csr_matrix) -> sp.csr_matrix:
    """Return 1 where a value is above 0, else 0."""
    on = (values.data > 0).astype(values.dtype)
    return sp.csr_matrix((on, values.indices, values.indptr), shape=values.shape)


def pooled_moments(
    matrices: list[sp.csr_matrix],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each gene's mean and standard deviation over the cells of all matrices."""
    n_cells = sum(m.shape[0] for m in matrices)
    n_genes = matrices[0].shape[1]
    total, square = np.zeros(n_genes), np.zeros(n_genes)
    for m in matrices:
        data = m.data.astype(np.float64)
        total += np.bincount(m.indices, weights=data, minlength=n_genes)
        square += np.bincount(m.indices, weights=data**2, minlength=n_genes)
    mean = total / n_cells
    return mean, np.sqrt(np.maximum(square / n_cells - mean**2, 0))
