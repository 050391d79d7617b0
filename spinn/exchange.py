"""Exchange genes of a panel for those that tell more of what a network cannot predict from the rest.

A network predicts everything from the panel; it is trained with panel genes hidden at random, so
that it also answers for the panel without one of them. What it misses then, each other gene may
tell, and the gene that tells most takes the place. Networks are cross-fitted: each looks only at
training cells that it was not trained on.
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
# Of the networks, which are many: as the short refits that compare panels.
LR, BATCH = 3e-3, 128
LEAST_HIDDEN = 0.1  # share of the panel's genes hidden in training
# What gains are computed from: more cells and views cost time and change little.
MOST_CELLS, VIEWS = 8192, 4
SEED_STRIDE = 2003  # between the networks of a run
LEAST_VARIANCE = 1e-8  # of a standardised gene's residual
DIRECTIONS = 128  # in which the hurdle's many outputs are looked at


@dataclass(frozen=True)
class _Fold:
    """A network and cells that it was not trained on.

    ``inputs`` has, per view, all genes (cells, genes), standardised; ``targets`` is what is to be
    predicted there. ``directions`` spans what is looked at of residuals, None for all.
    """

    network: Network
    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    loss: float
    directions: Tensor | None = None


def gains(residuals: Tensor, unexplained: Tensor) -> Tensor:
    """Return what each gene tells of what is unexplained, shape (genes,).

    Parameters
    ----------
    residuals
        R, shape (cells, genes): what a panel does not predict of each gene that is read.
    unexplained
        R', shape (cells, targets): what it does not predict of the targets.

    Notes
    -----
    sum over g of cov(R_j, R'_g)^2 / var(R_j): what one more linear term in R_j takes off the
    variance of R'. With R and R' from two halves of the molecules a gene's own noise has no part
    in the covariance. A gene that does not vary tells nothing.
    """
    return _gains(*_moments(residuals, unexplained))


def exchanged(
    path: PanelPath,
    problem: Problem,
    settings: Settings,
    *,
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return the panels of a path after exchange; they need not be nested.

    Parameters
    ----------
    path
        Panels that meet the constraints.
    problem
        Reconstruction or hurdle, all genes as inputs.
    settings
        Its network and training sections are used.
    seed
        Of folds and networks.
    constraints
        Required genes stay; every exchange leaves a panel that meets the others.

    Raises
    ------
    ValueError
        If the task is another: its networks do not predict genes.
    """
    if not isinstance(problem.task, Reconstruction | Hurdle):
        raise ValueError(
            f"+exchange needs a task that predicts genes, reconstruction or hurdle; came "
            f"{problem.encoder.name}; use the selector without +exchange"
        )
    panels = [
        _settled(panel, problem, settings, seed=seed, constraints=constraints)
        for panel in path.panels
    ]
    return path_by_place(panels)


def _settled(
    panel: Panel, problem: Problem, settings: Settings, *, seed: int, constraints: Constraints
) -> Panel:
    """Return a panel after as many sweeps as make it better on cells the networks did not see."""
    position = {gene: i for i, gene in enumerate(problem.genes)}
    genes = [position[gene] for gene in panel.genes]
    folds = _folds(genes, problem, settings, seed=seed)
    for sweep in range(SWEEPS):
        changed = _sweep(genes, folds, problem, constraints)
        n_changed = sum(a != b for a, b in zip(genes, changed, strict=True))
        if not n_changed:
            break
        anew = _folds(changed, problem, settings, seed=seed)
        before, after = (sum(fold.loss for fold in each) / FOLDS for each in (folds, anew))
        log.info(
            "%d genes, sweep %d: %d exchanged, cross-fitted loss %.4f from %.4f",
            panel.size, sweep + 1, n_changed, after, before,
        )  # fmt: skip
        if after >= before:
            break
        genes, folds = changed, anew
    return Panel(tuple(problem.genes[gene] for gene in genes))


def _sweep(
    genes: Sequence[int], folds: Sequence[_Fold], problem: Problem, constraints: Constraints
) -> list[int]:
    """Return the genes after each has been dropped once, those that tell least first.

    A gene that comes takes the place of the one that goes. Until the networks are trained anew it
    is read linearly, on top of them.
    """
    limits = constraints.limits(problem.genes)
    weight = torch.as_tensor(constraints.weights(problem.genes))
    required = set(constraints.required_positions(problem.genes).tolist())
    index = torch.as_tensor(sorted(genes))
    own = {
        gene: float(_pooled(folds, index, [gene], [], problem, only=gene)[0][0]) for gene in genes
    }
    current = list(genes)
    for gene in sorted((gene for gene in genes if gene not in required), key=own.__getitem__):
        others = [other for other in current if other != gene]
        open_ = torch.as_tensor(limits.may_join(others, len(genes)))
        if open_.sum() <= 1:
            continue
        hidden = [*(set(genes) - set(current)), gene]
        newcomers = [other for other in current if other not in set(genes)]
        together, apart = _pooled(folds, index, hidden, newcomers, problem)
        found = together.masked_fill(~open_, -torch.inf)
        rank = torch.empty_like(weight)
        rank[found.argsort(descending=True, stable=True)] = torch.arange(
            1, len(found) + 1, dtype=rank.dtype
        )
        best = int((rank / weight).masked_fill(~open_, torch.inf).argmin())
        # Folds share neither cells nor a network: what holds in each is no luck of one.
        if best != gene and bool((apart[:, best] > apart[:, gene]).all()):
            log.info("%s for %s", problem.genes[best], problem.genes[gene])
            current[current.index(gene)] = best
    return current


def _pooled(
    folds: Sequence[_Fold],
    index: Tensor,
    hidden: Sequence[int],
    newcomers: Sequence[int],
    problem: Problem,
    *,
    only: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Return gains from all folds together (genes,), and from each apart (folds, genes).

    The networks read the genes at ``index``, but those ``hidden``; ``only`` asks for one gene.
    """
    shown = ~torch.isin(index, torch.as_tensor(hidden, device=index.device))
    read = [*index[shown].tolist(), *newcomers]
    found = []
    for fold in folds:
        views = []
        for x, y in zip(fold.inputs, fold.targets, strict=True):
            with torch.no_grad():
                output = fold.network.body(x[:, index] * shown)
            residuals = _missed_inputs(x, output, problem, only=only)
            missed = _missed_targets(y, output, problem)
            if fold.directions is not None:
                missed = missed @ fold.directions
            if newcomers:
                known = _missed_inputs(x, output, problem)[:, newcomers]
                q, _ = torch.linalg.qr(known - known.mean(0))
                residuals = residuals - q @ (q.T @ residuals)
                missed = missed - q @ (q.T @ missed)
            covariance, variance = _moments(residuals, missed)
            if problem.task.counts_hidden_only:  # targets are genes, and share their noise
                covariance[:, read] = 0
                own = torch.arange(len(problem.genes)) if only is None else torch.tensor([only])
                covariance[torch.arange(len(own)), own] = 0
            views.append((covariance, variance))
        found.append([torch.stack(each).mean(0) for each in zip(*views, strict=True)])
    apart = torch.stack([_gains(*each) for each in found])
    mean = [torch.stack(each).mean(0) for each in zip(*found, strict=True)]
    return _gains(*mean), apart


def _missed_inputs(
    x: Tensor, output: Tensor, problem: Problem, *, only: int | None = None
) -> Tensor:
    """Return what a network's output does not say of the genes that are read, (cells, genes).

    The two halves of a cell have the same expectation, so that a prediction of one serves for the
    other. Constants do not matter to a covariance and are left out.
    """
    task = problem.task
    genes = slice(None) if only is None else [only]
    std = torch.as_tensor(problem.encoder.input_std, dtype=x.dtype, device=x.device)[genes]
    if isinstance(task, Hurdle):
        said = torch.sigmoid(-output[:, task.n_genes :][:, genes])
    elif task.basis is None:
        said = output[:, genes]
    else:
        said = output @ task.basis[genes].T
    return x[:, genes] - said / std


def _missed_targets(y: Tensor, output: Tensor, problem: Problem) -> Tensor:
    """Return minus half the slope of the loss by the outputs: of a square error its residual."""
    task = problem.task
    if not isinstance(task, Hurdle):
        return y - output
    height, silent = output.split(task.n_genes, dim=1)
    off = (y <= 0).to(y.dtype)
    return torch.cat([(1 - off) * (y - height), HURDLE_WEIGHT / 2 * (off - silent.sigmoid())], 1)


def _moments(residuals: Tensor, missed: Tensor) -> tuple[Tensor, Tensor]:
    """Return the covariances (genes, targets) and the variances of the residuals (genes,)."""
    covariance = residuals.T @ (missed - missed.mean(0)) / len(missed)
    return covariance, residuals.square().mean(0) - residuals.mean(0).square()


def _gains(covariance: Tensor, variance: Tensor) -> Tensor:
    varies = variance > LEAST_VARIANCE
    return covariance.square().sum(1).where(varies, 0) / variance.where(varies, 1)


def _folds(
    genes: Sequence[int], problem: Problem, settings: Settings, *, seed: int
) -> list[_Fold]:
    """Return networks on a panel, each with the training cells of the fold it has not seen."""
    share = max(LEAST_HIDDEN, settings.network.input_dropout)
    settings = replace(
        settings,
        network=replace(settings.network, input_dropout=share),
        training=replace(settings.training, lr=LR, batch_size=BATCH),
    )
    device = problem.positions.device
    panel = torch.as_tensor(sorted(genes), device=device)
    small = problem.keep(panel)
    dealt = np.random.default_rng(seed).permutation(problem.train.n_cells) % FOLDS
    made = []
    for number in range(FOLDS):
        apart, rest = (
            torch.as_tensor(np.flatnonzero(cells), device=device)
            for cells in (dealt == number, dealt != number)
        )
        own = replace(small, train=_cells(small.train, rest))
        start = base_network(own, "open", settings, seed=seed + SEED_STRIDE * number)
        network = fit(start, own, settings.training, seed=seed + SEED_STRIDE * number).network
        loss = evaluate_loss(network, own, _cells(small.train, apart))
        looked = apart[: MOST_CELLS // FOLDS]
        views = range(min(VIEWS, len(problem.train.inputs)))
        fold = _Fold(
            network,
            tuple(problem.train.inputs[view].take(looked) for view in views),
            tuple(problem.train.targets[view][looked] for view in views),
            loss,
        )
        made.append(replace(fold, directions=_directions(fold, panel, problem, seed=seed)))
    return made


def _directions(fold: _Fold, panel: Tensor, problem: Problem, *, seed: int) -> Tensor | None:
    """Return the leading directions of what is missed, (targets, directions), where many are."""
    if not isinstance(problem.task, Hurdle) or problem.task.n_outputs <= DIRECTIONS:
        return None
    with torch.no_grad():
        output = fold.network.body(fold.inputs[0][:, panel])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        missed = _missed_targets(fold.targets[0], output, problem)
        return torch.svd_lowrank(missed, min(DIRECTIONS, len(missed)))[2]


def _cells(examples: Examples, index: Tensor) -> Examples:
    """Return some cells of a panel's examples, made dense."""
    return Examples(
        tuple(Rows(rows.mean, rows.std, dense=rows.take(index)) for rows in examples.inputs),
        tuple(target[index] for target in examples.targets),
        len(index),
    )
