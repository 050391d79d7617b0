"""Exchange genes of a panel for those that tell more of what the rest of it cannot predict.

A network predicts everything from the panel. It is trained with panel genes hidden at random, so
that it also answers for the panel without one of them. Of what it misses then each other gene tells
something; the one that tells most is tried in that place. Networks are cross-fitted: what they miss
is looked at in training cells that they were not trained on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from spinn.constraints import Constraints
from spinn.network import Network
from spinn.panel import Panel, PanelPath, path_by_place
from spinn.problem import Examples, Problem
from spinn.rows import Rows
from spinn.settings import Settings
from spinn.tasks import HURDLE_WEIGHT, Hurdle, Reconstruction
from spinn.training import base_network, evaluate_loss, fit

log = logging.getLogger(__name__)
FOLDS = 2
SWEEPS = 2
# The networks are many and only compared with each other: trained fast, as `recommended`'s refits.
LR, BATCH = 3e-3, 128
LEAST_HIDDEN = 0.1  # of the panel's genes, while training
# More cells and views cost time and hardly change which gene tells most.
MOST_CELLS, VIEWS = 8192, 2
DIRECTIONS = 128  # in which the hurdle's many outputs are looked at
LEAST_VARIANCE = 1e-8  # of a standardised gene's residual
SEED_STRIDE = 2003  # between the networks of the folds


@dataclass(frozen=True)
class _Fold:
    """A network and training cells that it has not seen.

    ``inputs`` holds, per view, all genes of these cells, standardised; ``targets`` what is to be
    predicted; ``loss`` is the network's there; ``directions``, shape (targets, directions), spans
    what is looked at of what it misses, None for all.
    """

    network: Network
    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    loss: float
    directions: Tensor | None = None


def gains(residuals: Tensor, missed: Tensor) -> Tensor:
    """Return how much each gene tells of what a panel misses, shape (genes,), at least 0.

    Parameters
    ----------
    residuals
        R, shape (cells, genes): what the panel does not predict of each gene that is read.
    missed
        R', shape (cells, targets): what it does not predict of the targets, each at the scale at
        which it counts.

    Notes
    -----
    The gain of gene j is the sum over targets g of cov(R_j, R'_g)^2 / var(R_j): what a linear term
    in R_j would take off the variance of R'. With R and R' from two halves of the molecules noise
    has no part in the covariance. A gene without residual variance tells nothing.
    """
    return _gains(*_moments(residuals, missed))


def exchanged(
    path: PanelPath,
    problem: Problem,
    settings: Settings,
    *,
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return the panels of a path after an exchange of genes; they need not be nested.

    Parameters
    ----------
    path
        Panels that meet the constraints.
    problem
        Reconstruction or hurdle, with all genes as inputs.
    settings
        Its network and training sections are used.
    seed
        Of folds and networks.
    constraints
        Required genes stay; every exchange leaves a panel that meets the others.

    Raises
    ------
    ValueError
        If the task is another.

    Notes
    -----
    A panel's genes are dropped in turn, from the last to the first, in at most two sweeps. With
    gene i dropped all others compete by `gains`, i included. The best takes its place where its
    gain is above i's in both folds and networks trained anew with it have, in both, a lower loss on
    the cells that they have not seen.
    """
    if not isinstance(problem.task, Reconstruction | Hurdle):
        raise ValueError(
            "+exchange needs a task whose networks predict genes (reconstruction, hurdle), came "
            f"{problem.encoder.name}; use the selector without +exchange"
        )
    return path_by_place(
        [
            _settled(panel, problem, settings, seed=seed, constraints=constraints)
            for panel in path.panels
        ]
    )


def _settled(
    panel: Panel, problem: Problem, settings: Settings, *, seed: int, constraints: Constraints
) -> Panel:
    limits = constraints.limits(problem.genes)
    if limits.candidates.sum() == panel.size:
        return panel  # nobody to exchange with
    position = {gene: i for i, gene in enumerate(problem.genes)}
    weight = torch.as_tensor(constraints.weights(problem.genes))
    genes, tried = [position[gene] for gene in panel.genes], set()
    folds = [_fold(number, genes, problem, settings, seed=seed) for number in range(FOLDS)]
    for _ in range(SWEEPS):
        before = genes
        for gene in reversed(before):
            if problem.genes[gene] in constraints.required:
                continue
            others = [other for other in genes if other != gene]
            may_join = torch.as_tensor(limits.may_join(others, panel.size))
            best = _rival(gene, genes, folds, problem, may_join, weight)
            trial = [best if other == gene else other for other in genes]
            if best == gene or frozenset(trial) in tried:
                continue
            tried.add(frozenset(trial))
            anew = []
            for number, old in enumerate(folds):
                anew.append(_fold(number, trial, problem, settings, seed=seed))
                if anew[-1].loss >= old.loss:
                    break
            else:
                log.info(
                    "%d genes: %s for %s", panel.size, problem.genes[best], problem.genes[gene]
                )
                genes, folds = trial, anew
        if genes == before:
            break
    return Panel(tuple(problem.genes[gene] for gene in genes))


def _rival(
    gene: int,
    panel: Sequence[int],
    folds: Sequence[_Fold],
    problem: Problem,
    may_join: Tensor,
    weight: Tensor,
) -> int:
    """Return the gene that should stand in a gene's place; itself, if in doubt."""
    moments = [_without(gene, panel, fold, problem) for fold in folds]
    together = _gains(*_mean(moments)).masked_fill(~may_join, -1)
    rank = torch.empty_like(weight)
    rank[together.argsort(descending=True, stable=True)] = torch.arange(1.0, len(rank) + 1).to(rank)
    best = int((rank / weight).masked_fill(~may_join, torch.inf).argmin())
    # Folds share neither cells nor a network: what holds in each is not one's luck.
    apart = [_gains(*each) for each in moments]
    return best if may_join[best] and all(each[best] > each[gene] for each in apart) else gene


def _without(
    gene: int, panel: Sequence[int], fold: _Fold, problem: Problem
) -> tuple[Tensor, Tensor]:
    """Return the `_moments` of all genes where the network reads the panel without a gene."""
    index = torch.as_tensor(sorted(panel), device=problem.positions.device)
    shown = index != gene
    views = []
    for x, y in zip(fold.inputs, fold.targets, strict=True):
        with torch.no_grad():
            output = fold.network.body(x[:, index] * shown)
        missed = _missed_targets(y, output, problem)
        if fold.directions is not None:
            missed = missed @ fold.directions
        covariance, variance = _moments(_missed_inputs(x, output, problem), missed)
        if problem.task.counts_hidden_only:  # targets are the genes, read in the same molecules
            covariance[:, index[shown]] = 0
            covariance.fill_diagonal_(0)
        views.append((covariance, variance))
    covariance, variance = _mean(views)
    return covariance.cpu(), variance.cpu()


def _missed_inputs(x: Tensor, output: Tensor, problem: Problem) -> Tensor:
    """Return what an output does not say of the genes that are read, (cells, genes).

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


def _moments(residuals: Tensor, missed: Tensor) -> tuple[Tensor, Tensor]:
    """Return covariances, (genes, targets), and variances of the residuals, (genes,)."""
    covariance = residuals.T @ (missed - missed.mean(0)) / len(missed)
    return covariance, residuals.square().mean(0) - residuals.mean(0).square()


def _mean(moments: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    covariances, variances = zip(*moments, strict=True)
    return torch.stack(covariances).mean(0), torch.stack(variances).mean(0)


def _gains(covariance: Tensor, variance: Tensor) -> Tensor:
    varies = variance > LEAST_VARIANCE
    return torch.where(varies, covariance.square().sum(1) / variance.where(varies, 1), 0)


def _fold(
    number: int, genes: Sequence[int], problem: Problem, settings: Settings, *, seed: int
) -> _Fold:
    """Return a network on some genes, with the cells of its fold, on which it was not trained."""
    quick = replace(
        settings,
        network=replace(
            settings.network, input_dropout=max(LEAST_HIDDEN, settings.network.input_dropout)
        ),
        training=replace(settings.training, lr=LR, batch_size=BATCH),
    )
    device = problem.positions.device
    panel = torch.as_tensor(sorted(genes), device=device)
    small = problem.keep(panel)
    dealt = np.random.default_rng(seed).permutation(problem.train.n_cells) % FOLDS
    apart = torch.as_tensor(np.flatnonzero(dealt == number), device=device)
    rest = torch.as_tensor(np.flatnonzero(dealt != number), device=device)
    own, own_seed = replace(small, train=_cells(small.train, rest)), seed + SEED_STRIDE * number
    start = base_network(own, "open", quick, seed=own_seed)
    network = fit(start, own, quick.training, seed=own_seed).network
    looked, views = apart[: MOST_CELLS // FOLDS], slice(VIEWS)
    fold = _Fold(
        network,
        tuple(rows.take(looked) for rows in problem.train.inputs[views]),
        tuple(targets[looked] for targets in problem.train.targets[views]),
        evaluate_loss(network, own, _cells(small.train, apart)),
    )
    if problem.task.counts_hidden_only:
        fold = replace(fold, loss=_loss_without_self(fold, panel))
    return replace(fold, directions=_directions(fold, panel, problem, seed=own_seed))


def _loss_without_self(fold: _Fold, panel: Tensor) -> float:
    """Return the mean square error of all genes, each panel gene predicted from the others."""
    x, y = fold.inputs[0][:, panel], fold.targets[0]
    with torch.no_grad():
        square = (fold.network.body(x) - y).square().mean(0)
        for place, gene in enumerate(panel.tolist()):
            shown = torch.arange(len(panel), device=panel.device) != place
            square[gene] = (fold.network.body(x * shown)[:, gene] - y[:, gene]).square().mean()
    return float(square.sum())


def _directions(fold: _Fold, panel: Tensor, problem: Problem, *, seed: int) -> Tensor | None:
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
