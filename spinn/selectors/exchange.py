"""Exchange genes of a panel for those that explain more of what the rest of it cannot predict.

Each other gene explains some of the residuals of a network that reads the panel without one gene;
the one that explains most is tried in that place. Networks are cross-fitted: their residuals are
those of training cells that they were not trained on.
"""

import logging
from collections.abc import Sequence

import torch
from torch import Tensor

from spinn.networks.problem import Problem
from spinn.networks.tasks import Hurdle, Reconstruction
from spinn.panel import Panel, PanelPath, path_by_place
from spinn.selectors.exchange_folds import (
    FOLDS,
    Fold,
    covariances,
    covariances_without,
    fit_fold,
    mean_of,
)
from spinn.selectors.run import Run
from spinn.settings import Settings

log = logging.getLogger(__name__)
SWEEPS = 2
MIN_VARIANCE = 1e-8  # of a standardised gene's residual


def gains(residuals: Tensor, missed: Tensor) -> Tensor:
    """Return how much each gene explains of what a panel misses, shape (genes,), at least 0.

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
    has no part in the covariance. A gene without residual variance explains nothing.
    """
    return _gains(*covariances(residuals, missed))


def exchanged(path: PanelPath, problem: Problem, settings: Settings, run: Run) -> PanelPath:
    """Return the panels of a path after an exchange of genes; they need not be nested.

    Parameters
    ----------
    path
        Panels that meet the constraints.
    problem
        Reconstruction or hurdle, with all genes as inputs.
    settings
        Its network and training sections are used.
    run
        Its seed is that of folds and networks. Required genes stay; every exchange leaves a panel
        that meets the other constraints.

    Raises
    ------
    ValueError
        If the task is another.

    Notes
    -----
    A panel's genes are dropped in turn, from the last to the first, in at most two sweeps. With
    gene i dropped all others compete by `gains`, i included. The best takes its place where its
    gain is above i's in both folds, and networks trained with it have a lower loss on the cells not
    trained on, in both.
    """
    if not isinstance(problem.task, Reconstruction | Hurdle):
        raise ValueError(
            "+exchange needs a task whose networks predict genes (reconstruction, hurdle), got "
            f"{problem.encoder.name}; use the selector without +exchange"
        )
    return path_by_place([_converged(panel, problem, settings, run) for panel in path.panels])


def _converged(panel: Panel, problem: Problem, settings: Settings, run: Run) -> Panel:
    """Return a panel once a sweep exchanges none of its genes, or after the last sweep."""
    limits = run.constraints.limits(problem.genes, [panel.size])
    if limits.candidates.sum() == panel.size:
        return panel  # no other gene may be chosen
    position = {gene: i for i, gene in enumerate(problem.genes)}
    weight = torch.as_tensor(run.constraints.weights(problem.genes))
    genes, tried = [position[gene] for gene in panel.genes], set()
    folds = [fit_fold(number, genes, problem, settings, seed=run.seed) for number in range(FOLDS)]
    for _ in range(SWEEPS):
        before = genes
        for gene in reversed(before):
            if problem.genes[gene] in run.constraints.required:
                continue
            others = [other for other in genes if other != gene]
            may_join = torch.as_tensor(limits.may_join(others, panel.size))
            best = _rival(gene, genes, folds, problem, may_join, weight)
            trial = [best if other == gene else other for other in genes]
            crowded = run.constraints.too_heavy([problem.genes[each] for each in trial])
            if best == gene or frozenset(trial) in tried or crowded:
                continue
            tried.add(frozenset(trial))
            if better := _better(trial, folds, problem, settings, seed=run.seed):
                new, old = problem.genes[best], problem.genes[gene]
                log.info("%d genes: %s for %s", panel.size, new, old)
                genes, folds = trial, better
        if genes == before:
            break
    return Panel(tuple(problem.genes[gene] for gene in genes))


def _rival(
    gene: int,
    panel: Sequence[int],
    folds: Sequence[Fold],
    problem: Problem,
    may_join: Tensor,
    weight: Tensor,
) -> int:
    """Return the gene that should stand in a gene's place; the gene itself, if in doubt."""
    parts = [covariances_without(gene, panel, fold, problem) for fold in folds]
    together = _gains(*mean_of(parts)).masked_fill(~may_join, -1)
    rank = torch.empty_like(weight)
    rank[together.argsort(descending=True, stable=True)] = torch.arange(1.0, len(rank) + 1).to(rank)
    best = int((rank / weight).masked_fill(~may_join, torch.inf).argmin())
    # Folds share neither cells nor a network: what holds in each is not one's luck.
    apart = [_gains(*each) for each in parts]
    return best if may_join[best] and all(each[best] > each[gene] for each in apart) else gene


def _better(
    trial: Sequence[int], folds: Sequence[Fold], problem: Problem, settings: Settings, *, seed: int
) -> list[Fold] | None:
    """Return a panel's folds where each has a lower loss than before; else None."""
    trained = []
    for number, old in enumerate(folds):
        trained.append(fit_fold(number, trial, problem, settings, seed=seed))
        if trained[-1].loss >= old.loss:
            return None
    return trained


def _gains(covariance: Tensor, variance: Tensor) -> Tensor:
    varies = variance > MIN_VARIANCE
    return torch.where(varies, covariance.square().sum(1) / variance.where(varies, 1), 0)
