"""What a network on a panel misses, in training cells that it has not seen.

It is trained with panel genes hidden at random, so that it also answers for the panel without one
of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from spinn.networks.batches import Examples
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.rows import Rows
from spinn.networks.tasks import HURDLE_WEIGHT, Hurdle, Reconstruction
from spinn.networks.training import base_network, evaluate_loss, fit
from spinn.settings import Settings

FOLDS = 2
# The networks are many and only compared with each other: trained fast, as `recommended`'s refits.
LR, BATCH = 3e-3, 128
MIN_HIDDEN = 0.1  # of the panel's genes, while training
# More cells and views cost time and hardly change which gene explains most.
MAX_CELLS, VIEWS = 8192, 2
DIRECTIONS = 128  # in which residuals of the hurdle's many outputs are taken
SEED_STRIDE = 2003  # between the networks of the folds
Covariances = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Fold:
    """A network and training cells that it has not seen.

    ``inputs`` holds, per view, all genes of these cells, standardised; ``targets`` what is to be
    predicted; ``loss`` is the network's there; ``directions``, shape (targets, directions), spans
    the residuals that are used, None for all.
    """

    network: Network
    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    loss: float
    directions: Tensor | None = None


def fit_fold(
    number: int, genes: Sequence[int], problem: Problem, settings: Settings, *, seed: int
) -> Fold:
    """Return a network on some genes, with the cells of its fold, on which it was not trained."""
    quick = replace(
        settings,
        network=replace(
            settings.network, input_dropout=max(MIN_HIDDEN, settings.network.input_dropout)
        ),
        training=replace(settings.training, lr=LR, batch_size=BATCH),
    )
    device = problem.positions.device
    panel = torch.as_tensor(sorted(genes), device=device)
    small = problem.keep(panel)
    fold_of = np.random.default_rng(seed).permutation(problem.train.n_cells) % FOLDS
    apart = torch.as_tensor(np.flatnonzero(fold_of == number), device=device)
    rest = torch.as_tensor(np.flatnonzero(fold_of != number), device=device)
    on_rest = replace(small, train=_cells(small.train, rest))
    fold_seed = seed + SEED_STRIDE * number
    start = base_network(on_rest, "open", quick, seed=fold_seed)
    network = fit(start, on_rest, quick.training, seed=fold_seed).network
    used, views = apart[: MAX_CELLS // FOLDS], slice(VIEWS)
    fold = Fold(
        network,
        tuple(rows.take(used) for rows in problem.train.inputs[views]),
        tuple(targets[used] for targets in problem.train.targets[views]),
        evaluate_loss(network, on_rest, _cells(small.train, apart)),
    )
    if problem.task.counts_hidden_only:
        fold = replace(fold, loss=_loss_without_self(fold, panel))
    return replace(fold, directions=_directions(fold, panel, problem, seed=fold_seed))


def covariances_without(
    gene: int, panel: Sequence[int], fold: Fold, problem: Problem
) -> Covariances:
    """Return the `covariances` of all genes where the network reads the panel without a gene."""
    index = torch.as_tensor(sorted(panel), device=problem.positions.device)
    shown = index != gene
    views = []
    for x, y in zip(fold.inputs, fold.targets, strict=True):
        with torch.no_grad():
            output = fold.network.body(x[:, index] * shown)
        missed = _missed_targets(y, output, problem)
        if fold.directions is not None:
            missed = missed @ fold.directions
        covariance, variance = covariances(_missed_inputs(x, output, problem), missed)
        if problem.task.counts_hidden_only:  # targets are the genes, read in the same molecules
            covariance[:, index[shown]] = 0
            covariance.fill_diagonal_(0)
        views.append((covariance, variance))
    covariance, variance = mean_of(views)
    return covariance.cpu(), variance.cpu()


def _missed_inputs(x: Tensor, output: Tensor, problem: Problem) -> Tensor:
    """Return the residuals of the genes that are read, (cells, genes).

    Both halves of a cell have the same expectation, so that a prediction of one serves for the
    other. Constants mean nothing to a covariance and are left out.
    """
    task = problem.task
    std = torch.as_tensor(problem.encoder.input_std, dtype=x.dtype, device=x.device)
    if isinstance(task, Hurdle):
        return x - torch.sigmoid(-output[:, task.n_genes :]) / std
    basis = task.basis if isinstance(task, Reconstruction) else None
    if basis is None:
        return x - output / std
    return torch.addmm(x, output, basis.T / std, alpha=-1)


def _missed_targets(y: Tensor, output: Tensor, problem: Problem) -> Tensor:
    """Return minus half the slope of the loss by each output: of a square error, the residual."""
    task = problem.task
    if not isinstance(task, Hurdle):
        return y - output
    height, silent = output.split(task.n_genes, dim=1)
    off = (y <= 0).to(y.dtype)
    return torch.cat([(1 - off) * (y - height), HURDLE_WEIGHT / 2 * (off - silent.sigmoid())], 1)


def covariances(residuals: Tensor, missed: Tensor) -> Covariances:
    """Return covariances, (genes, targets), and variances of the residuals, (genes,)."""
    covariance = residuals.T @ (missed - missed.mean(0)) / len(missed)
    return covariance, residuals.square().mean(0) - residuals.mean(0).square()


def mean_of(parts: Sequence[Covariances]) -> Covariances:
    """Return the mean of covariances and of variances."""
    covariances, variances = zip(*parts, strict=True)
    return torch.stack(covariances).mean(0), torch.stack(variances).mean(0)


def _loss_without_self(fold: Fold, panel: Tensor) -> float:
    """Return the mean square error of all genes, each panel gene predicted from the others."""
    x, y = fold.inputs[0][:, panel], fold.targets[0]
    with torch.no_grad():
        square = (fold.network.body(x) - y).square().mean(0)
        for place, gene in enumerate(panel.tolist()):
            shown = torch.arange(len(panel), device=panel.device) != place
            square[gene] = (fold.network.body(x * shown)[:, gene] - y[:, gene]).square().mean()
    return float(square.sum())


def _directions(fold: Fold, panel: Tensor, problem: Problem, *, seed: int) -> Tensor | None:
    """Return the leading directions of what is missed where targets are many and have no basis."""
    task = problem.task
    n_cells = len(fold.targets[0])
    if not isinstance(task, Hurdle) or task.n_outputs <= DIRECTIONS:
        return None
    with torch.no_grad():
        output = fold.network.body(fold.inputs[0][:, panel])
    missed = _missed_targets(fold.targets[0], output, problem)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return torch.svd_lowrank(missed, min(DIRECTIONS, n_cells))[2]


def _cells(examples: Examples, index: Tensor) -> Examples:
    """Return the examples of some cells."""
    return Examples(
        tuple(Rows(rows.mean, rows.std, dense=rows.take(index)) for rows in examples.inputs),
        tuple(targets[index] for targets in examples.targets),
        len(index),
    )
