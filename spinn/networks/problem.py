"""Problems: the training and validation examples of a task, cut from prepared cells."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinn.data import ExpressionData
from spinn.networks.batches import TRAIN_SEED, VALID_SEED, Encoder, Examples, Pairs, is_on, views
from spinn.networks.tasks import Classification, Hurdle, Reconstruction, Regression, Task
from spinn.preparation.columns import column_means, column_moments, divisor

NOISE = ("split", "hidden", "none")
TASKS = ("reconstruction", "classification", "regression", "hurdle")


@dataclass(frozen=True)
class Problem:
    """A task's training and validation examples; it never holds test cells.

    ``genes`` names the inputs, ``positions`` holds their positions among all genes.
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
    """Return the problem of a task in `TASKS` on the training and validation cells of ``data``.

    Parameters
    ----------
    data
        Prepared cells; its test cells are not used.
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
        Whether all genes' inputs are made dense now; False where only a few will be kept.
    binary
        Whether inputs say only if a gene is on (value > 0); always so for `hurdle`.
    """
    if noise not in NOISE:
        raise ValueError(f"noise must be one of {', '.join(NOISE)}, got {noise!r}")
    if task not in TASKS:
        raise KeyError(f"{task!r} is not a task; the tasks are {', '.join(TASKS)}")
    if noise == "hidden" and task != "reconstruction":
        noise = "none"  # a class, or the on/off pattern of a gene, is no leak of a gene's value
    if task in ("classification", "regression") and not data.has_counts:
        noise = "none"  # their targets need no split
    device, binary = device or torch.device("cpu"), binary or task == "hurdle"
    train, valid = data.of("train"), data.of("valid")
    pairs = views(train, noise, n_splits, TRAIN_SEED)
    mean, std = column_moments([is_on(x) if binary else x for x, _ in pairs])
    built = _make_task(task, train, pairs, noise, basis, device)
    encoder = Encoder(task, noise, mean, divisor(std), built, device, binary)
    return Problem(
        encoder,
        encoder.examples(train, pairs, resident=resident),
        encoder.examples(valid, views(valid, noise, 1, VALID_SEED), resident=resident),
        data.genes,
        torch.arange(data.n_genes, device=device),
    )


def _make_task(
    name: str,
    train: ExpressionData,
    pairs: Pairs,
    noise: str,
    basis: int | None,
    device: torch.device,
) -> Task:
    """Return a task; what it needs is learnt from the training cells and their views."""
    if name == "hurdle":
        return Hurdle(train.n_genes)
    if name == "classification":
        weights = torch.as_tensor(_class_weights(train), dtype=torch.float32, device=device)
        return Classification(weights)
    if name == "regression":
        if train.targets is None:
            raise ValueError("regression needs targets: obs columns or obsm/NAME")
        spread = train.targets.std(0)
        return Regression(train.targets.mean(0), np.where(spread > 0, spread, 1.0))
    mean, std = column_moments([y for _, y in pairs])
    directions, hidden = None, noise == "hidden"
    # Which outputs are hidden is known gene by gene only, so `hidden` predicts every gene.
    if not hidden and basis is not None and basis < train.n_genes:
        directions = torch.as_tensor(principal_basis(train.values, basis), device=device)
    centre = torch.as_tensor(mean, dtype=torch.float32, device=device)
    return Reconstruction(directions, centre, float((std**2).sum()), counts_hidden_only=hidden)


def _class_weights(train: ExpressionData) -> NDArray[np.float64]:
    """Return weights of the classes, (classes,): a rare one more, by the root of its rarity.

    Equal weight per class would make one cell of a rare type decide when training stops; see
    docs/decisions.md.
    """
    if train.labels is None:
        raise ValueError("classification needs labels; name an obs column as label")
    size = np.bincount(train.labels, minlength=len(train.classes))
    absent = [c for c, n in zip(train.classes, size, strict=True) if n == 0]
    if absent:
        raise ValueError(
            f"classes without a training cell: {', '.join(absent[:5])}; use another split "
            "or drop them"
        )
    return np.sqrt(train.n_cells / (len(size) * size))


def principal_basis(values: sp.csr_matrix, rank: int) -> NDArray[np.float32]:
    """Return the leading directions of the centred values, orthonormal columns (n_genes, rank).

    ``values`` is CSR (n_cells, n_genes), ``rank`` at most n_genes.
    """
    mean = column_means(values)
    covariance = (values.T @ values).toarray() / values.shape[0] - np.outer(mean, mean)
    last = values.shape[1] - 1
    chosen = (last - rank + 1, last)
    directions = scipy.linalg.eigh(covariance, subset_by_index=chosen, check_finite=False)[1]
    return directions[:, ::-1].astype(np.float32, order="C")
