"""Tasks: what a network predicts, and how wrong it is."""

from abc import ABC, abstractmethod

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from spinn.data import ExpressionData

MIN_HIDDEN_PROBABILITY = 0.2
HURDLE_WEIGHT = 10.0


class Task(ABC):
    """The targets and the loss of a kind of prediction; abstract, its subclasses final."""

    n_outputs: int
    counts_hidden_only: bool = False

    @abstractmethod
    def targets(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        """Return the targets of all cells of ``data``, one row or class index per cell.

        ``values`` are the log-normalised values to predict, CSR (n_cells, n_genes).
        """

    @abstractmethod
    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Return one loss per cell, shape (cells,)."""


class Reconstruction(Task):
    """All genes' log-normalised values, as coordinates in an orthonormal basis.

    loss = ||P'(y - mean) - z||^2 / V, with V the training targets' total variance: the fraction of
    variance unexplained (FVU), less the constant part outside the basis. Where ``basis`` is None
    all genes are outputs and nothing is left out.
    """

    def __init__(
        self, basis: Tensor | None, mean: Tensor, variance: float, *, counts_hidden_only: bool
    ) -> None:
        self.basis = basis
        self.mean = mean
        self.variance = variance
        self.counts_hidden_only = counts_hidden_only
        self.n_outputs = len(mean) if basis is None else basis.shape[1]

    def targets(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        if self.basis is None:
            return _dense(values) - self.mean.cpu()
        basis = self.basis.cpu().numpy()
        return _float(values @ basis - self.mean.cpu().numpy() @ basis)

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        return (output - target).square().sum(1) / self.variance

    def loss_of_hidden(
        self, output: Tensor, target: Tensor, hidden: Tensor, probability: Tensor, inputs: Tensor
    ) -> Tensor:
        """Return the loss over outputs whose own input was hidden, shape (cells,).

        Outputs and targets, (cells, all genes), at the positions ``inputs`` are inputs too. These
        count by how ``hidden``, (cells, inputs), in 0..1, they were, divided by the ``probability``
        of that, (inputs,), at least 0.2, both held constant. All others count whole.
        """
        square = (output - target).square()
        weight = (hidden / probability.clamp_min(MIN_HIDDEN_PROBABILITY)).detach()
        square_of_inputs = square.index_select(1, inputs)
        return (square.sum(1) + (square_of_inputs * (weight - 1)).sum(1)) / self.variance

    def decode(self, output: Tensor) -> Tensor:
        """Return predicted log-normalised values of all genes, shape (cells, genes)."""
        return (output if self.basis is None else output @ self.basis.T) + self.mean

    def decode_gene(self, output: Tensor, gene: int) -> Tensor:
        """Return predicted log-normalised values of one gene, shape (cells,)."""
        centred = output[:, gene] if self.basis is None else output @ self.basis[gene]
        return centred + self.mean[gene]


class Classification(Task):
    """Cross-entropy of class logits, times the ``weights`` of the true classes, (classes,)."""

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.n_outputs = len(weights)

    def targets(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        return torch.as_tensor(data.labels)

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        return nn.functional.cross_entropy(output, target, reduction="none") * self.weights[target]


class Regression(Task):
    """Mean squared error of standardised targets: 1 - R2, averaged over targets.

    ``mean`` and ``std`` of the training cells' targets, shape (targets,), standardise them.
    """

    def __init__(self, mean: NDArray[np.floating], std: NDArray[np.floating]) -> None:
        self.mean, self.std = mean, std
        self.n_outputs = len(mean)

    def targets(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        return _float((data.targets - self.mean) / self.std)  # type: ignore[operator]

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        return (output - target).square().mean(1)


class Hurdle(Task):
    """Is a gene silent, and how high is it when not; from inputs that are only on or off.

    Per gene two outputs, mu and a logit s of silence: the loss of a cell is the mean over genes of
    10 BCE(sigmoid(s), y <= 0) + [y > 0] (y - mu)^2 (Covert et al. 2023, PERSIST, equation of the
    hurdle loss, doi:10.1038/s41467-023-37392-1). Binarised inputs make panels comparable between
    technologies.
    """

    def __init__(self, n_genes: int) -> None:
        self.n_genes = n_genes
        self.n_outputs = 2 * n_genes

    def targets(self, data: ExpressionData, values: sp.csr_matrix) -> Tensor:
        return _dense(values)

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        height, silent = output.split(self.n_genes, dim=1)
        off = (target <= 0).to(output.dtype)
        missed = nn.functional.binary_cross_entropy_with_logits(silent, off, reduction="none")
        return (HURDLE_WEIGHT * missed + (1 - off) * (target - height).square()).mean(1)


def _dense(values: sp.csr_matrix) -> Tensor:
    return _float(values.toarray())


def _float(array: NDArray[np.floating]) -> Tensor:
    return torch.as_tensor(array, dtype=torch.float32)
