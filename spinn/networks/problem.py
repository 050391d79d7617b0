"""Problems: the training and validation examples of a task, cut from prepared cells."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.data import ExpressionData
from spinn.networks.batches import (
    TRAIN_SEED,
    VALID_SEED,
    Encoder,
    Examples,
    Pairs,
    binary_values,
    pooled_moments,
    views,
)
from spinn.networks.tasks import Classification, Hurdle, Reconstruction, Regression, Task

NOISE = ("split", "hidden", "none")


@dataclass(frozen=True)
class Problem:
    """A task's training and validation examples; test cells never stand in it.

    ``genes`` names the inputs, ``positions`` says where they stand among all genes.
    """

    encoder: Encoder
    train: Examples
    valid: Examples
    genes: tuple[str, ...]
    positions: Tensor

    @property
    def task(self) -> Task:
        """The task."""
        return self.encoder.task

    def keep(self, index: Tensor) -> "Problem":
        """Return the problem whose inputs are the genes at ``index`` of this one's."""
        return replace(
            self,
            train=self.train.keep(index),
            valid=self.valid.keep(index),
            genes=tuple(self.genes[i] for i in index.tolist()),
            positions=self.positions[index],
        )


def make_problem(  # noqa: PLR0913 - each is a choice of its own
    data: ExpressionData,
    task: str,
    *,
    noise: str = "split",
    basis: int | None = 128,
    n_splits: int = 5,
    device: torch.device | None = None,
    resident: bool = True,
    binary: bool = False,
) -> Problem:
    """Return the problem of a task on the training and validation cells of ``data``.

    Parameters
    ----------
    data
        Prepared cells; its test cells are left alone.
    task
        `reconstruction`, `classification`, `regression` or `hurdle`.
    noise
        How a network is kept from paying for noise: `split` (it reads one half of the molecules
        and predicts the other, or the labels; needs counts), `hidden` (an output counts where its
        own input is hidden; reconstruction only, `none` elsewhere) or `none`.
    basis
        Number of directions in which reconstruction targets are predicted; None for all genes.
    n_splits
        Pairs of halves drawn once and used in turn.
    device
        Where tensors live; the CPU by default.
    resident
        Whether all genes' inputs are made dense now; not, where only a few will be kept.
    binary
        Whether inputs say only if a gene is on (value > 0); `hurdle` always asks for that.

    Raises
    ------
    KeyError
        If the task is unknown.
    ValueError
        If the data lack what the task or the noise needs.
    """
    device = device or torch.device("cpu")
    if noise not in NOISE:
        raise ValueError(f"noise must be one of {', '.join(NOISE)}, came {noise!r}")
    train, valid = data.of("train"), data.of("valid")
    if noise == "hidden" and task != "reconstruction":
        noise = "none"  # a class, or the on/off pattern of a gene, is no leak of a gene's value
    if task in ("classification", "regression") and not data.has_counts:
        noise = "none"  # their targets need no split
    pairs = views(train, noise, n_splits, TRAIN_SEED)
    binary = binary or task == "hurdle"
    seen = [binary_values(x) if binary else x for x, _ in pairs]
    mean, std = pooled_moments(seen)
    std = np.where(std > 1e-6, std, 1.0)
    extra: dict[str, Any] = {}
    kind: Task
    if task == "reconstruction":
        kind = _reconstruction(train, pairs, basis, noise, device)
    elif task == "classification":
        if train.labels is None:
            raise ValueError("classification needs labels; name an obs column as label")
        size = np.bincount(train.labels, minlength=len(data.classes))
        absent = [c for c, n in zip(data.classes, size, strict=True) if n == 0]
        if absent:
            raise ValueError(
                f"classes without a training cell: {', '.join(absent[:5])}; use another split "
                "or drop them"
            )
        weights = np.sqrt(train.n_cells / (len(size) * size))
        kind = Classification(torch.as_tensor(weights, dtype=torch.float32, device=device))
    elif task == "regression":
        if train.targets is None:
            raise ValueError("regression needs targets: obs columns or obsm/NAME")
        spread = train.targets.std(0)
        extra = {
            "target_mean": train.targets.mean(0),
            "target_std": np.where(spread > 0, spread, 1.0),
        }
        kind = Regression(train.targets.shape[1])
    elif task == "hurdle":
        kind = Hurdle(data.n_genes)
    else:
        raise KeyError(
            f"{task!r} is not a task; the tasks are reconstruction, classification, regression, "
            "hurdle"
        )
    encoder = Encoder(task, noise, n_splits, mean, std, kind, device, binary=binary, **extra)
    return Problem(
        encoder,
        encoder.examples(train, seed=TRAIN_SEED, resident=resident),
        encoder.examples(valid, seed=VALID_SEED, n_splits=1, resident=resident),
        data.genes,
        torch.arange(data.n_genes, device=device),
    )


def principal_basis(values: sp.csr_matrix, rank: int) -> tuple[NDArray[np.float32], float]:
    """Return the leading directions of the centred values and the share of variance they keep.

    Parameters
    ----------
    values
        CSR (n_cells, n_genes).
    rank
        Number of directions, at most n_genes.

    Returns
    -------
    (basis, share)
        Orthonormal columns, shape (n_genes, rank), and a number in 0..1.
    """
    mean = np.asarray(values.mean(axis=0)).ravel()
    covariance = (values.T @ values).toarray() / values.shape[0] - np.outer(mean, mean)
    last = values.shape[1] - 1
    variances, directions = scipy.linalg.eigh(
        covariance, subset_by_index=(last - rank + 1, last), check_finite=False
    )
    share = float(variances.sum() / np.trace(covariance))
    return directions[:, ::-1].astype(np.float32), min(share, 1.0)


def _reconstruction(
    train: ExpressionData,
    pairs: Pairs,
    rank: int | None,
    noise: str,
    device: torch.device,
) -> Reconstruction:
    mean, std = pooled_moments([y for _, y in pairs])
    basis = None
    # Which outputs are hidden is known gene by gene only, so `hidden` predicts every gene.
    if noise != "hidden" and rank is not None and rank < train.n_genes:
        directions, _ = principal_basis(train.values, rank)
        basis = torch.as_tensor(directions.copy(), device=device)
    return Reconstruction(
        basis,
        torch.as_tensor(mean, dtype=torch.float32, device=device),
        float((std**2).sum()),
        counts_hidden_only=noise == "hidden",
    )
