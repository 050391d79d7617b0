"""Standardised rows of a sparse matrix, taken by index: resident where small, gathered else."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

# Above this many entries a matrix stays sparse and only the rows of a batch are made dense.
DENSE_ENTRIES = 2**27


@dataclass(frozen=True)
class Rows:
    """(x - mean) / std of some cells' genes.

    Exactly one of ``dense`` (standardised already) and ``sparse`` (not yet) is set.
    """

    mean: Tensor
    std: Tensor
    dense: Tensor | None = None
    sparse: sp.csr_matrix | None = None

    def take(self, index: Tensor) -> Tensor:
        """Return the standardised rows at ``index``, (len(index), n_genes), float32.

        The index may be on another device than the rows.
        """
        if self.dense is not None:
            return self.dense.index_select(0, index.to(self.dense.device))
        block = self.sparse[index.cpu().numpy()].toarray()  # type: ignore[index]
        return (torch.from_numpy(block).to(self.mean.device) - self.mean) / self.std

    def keep(self, index: Tensor) -> "Rows":
        """Return the rows of the genes at ``index``."""
        mean, std = self.mean[index], self.std[index]
        if self.dense is not None:
            return Rows(mean, std, dense=self.dense[:, index].contiguous())
        return _rows(self.sparse[:, index.cpu().numpy()], mean, std)  # type: ignore[index]


def standardised_rows(
    values: sp.csr_matrix,
    mean: NDArray[np.floating],
    std: NDArray[np.floating],
    device: torch.device,
    *,
    resident: bool = True,
) -> Rows:
    """Return rows of ``values`` (n_cells, n_genes) standardised with the given moments.

    Where not ``resident`` they stay sparse until `Rows.keep` has chosen genes.
    """
    to_device = partial(torch.as_tensor, dtype=torch.float32, device=device)
    moments = to_device(mean), to_device(std)
    return _rows(values, *moments) if resident else Rows(*moments, sparse=values)


def _rows(values: sp.csr_matrix, mean: Tensor, std: Tensor) -> Rows:
    if values.shape[0] * values.shape[1] > DENSE_ENTRIES:
        return Rows(mean, std, sparse=sp.csr_matrix(values, dtype=np.float32))
    block = torch.from_numpy(values.toarray().astype(np.float32, copy=False)).to(mean.device)
    return Rows(mean, std, dense=(block - mean) / std)
