"""Refits ("debiased models"): networks without a gate, trained on fixed panels."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import torch

from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import base_network, fit
from spinn.panel import Panel
from spinn.settings import Settings

log = logging.getLogger(__name__)


def refit(
    problem: Problem, panels: Sequence[Panel], settings: Settings, *, seed: int
) -> list[tuple[Problem, Network]]:
    """Return, per panel, large to small, the problem of its genes and a network trained on them.

    The ``problem`` has all genes as inputs, not ``resident``, so that only a panel's are made
    dense. The settings' network, training and refit sections are used; ``seed`` is that of initial
    weights and batches.
    """
    position = {gene: i for i, gene in enumerate(problem.genes)}
    how = settings.refit
    training = replace(
        settings.training, max_steps=how.max_steps, batch_size=how.batch_size, patience=how.patience
    )
    fitted: list[tuple[Problem, Network]] = []
    for panel in panels:
        index = torch.tensor(sorted(position[gene] for gene in panel.measured))
        smaller = problem.keep(index.to(problem.positions.device))
        start = base_network(smaller, "open", settings, seed=seed)
        if how.start == "warm" and fitted:
            larger, larger_network = fitted[-1]
            if set(smaller.genes) <= set(larger.genes):
                at = {gene: i for i, gene in enumerate(larger.genes)}
                start = larger_network.keep(torch.tensor([at[gene] for gene in smaller.genes]))
        log.info("refit on %d genes", len(panel.measured))
        fitted.append((smaller, fit(start, smaller, training, seed=seed).network))
    return fitted
