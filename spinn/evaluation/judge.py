"""The judge of a task: test cells, what may be read of them, and their structure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from spinn.data import ExpressionData
from spinn.metrics.structure import Structure, structure
from spinn.networks.batches import TEST_SEED, Pairs, views
from spinn.networks.problem import Problem, make_problem
from spinn.settings import Settings


@dataclass(frozen=True)
class Judge:
    """A task on one data set, ready to judge any number of panels.

    ``problems`` maps what is read (`split`, `hidden`, `none`) to the refits' problem;
    ``structure`` is that of the test cells by all genes, None where its metrics are left out.
    """

    data: ExpressionData
    test: ExpressionData
    task: str
    settings: Settings
    problems: Mapping[str, Problem]
    structure: Structure | None

    def views(self, problem: Problem) -> Pairs:
        """Return pairs of what is read in the test cells and what is to be predicted."""
        return views(self.test, problem.encoder.noise, self.settings.test_splits, TEST_SEED)


def make_judge(
    data: ExpressionData,
    task: str,
    settings: Settings,
    *,
    device: torch.device | None = None,
    headline_only: bool = False,
) -> Judge:
    """Return the judge of a task on prepared data, test cells included.

    With ``headline_only`` it computes the headline metric (and those that come with it) alone.
    """
    readings = ["none"]
    if task == "reconstruction":
        readings.insert(0, "split" if data.has_counts else "hidden")
    elif task == "hurdle" and data.has_counts:
        readings = ["split"]
    if headline_only:
        readings = readings[:1]
    problems = {noise: refit_problem(data, task, settings, noise, device) for noise in readings}
    test, whole = data.of("test"), None
    if not headline_only:
        whole = structure(test.values.toarray(), clusters=settings.clusters, seed=0)
    return Judge(data, test, task, settings, problems, whole)


def refit_problem(
    data: ExpressionData,
    task: str,
    settings: Settings,
    noise: str,
    device: torch.device | None,
    *,
    binary: bool = False,
) -> Problem:
    """Return the problem of refits: all genes as inputs, made dense when a panel is kept."""
    make = partial(make_problem, data, task, noise=noise, device=device, binary=binary)
    return make(basis=settings.basis, n_splits=settings.n_splits, resident=False)


def blocks(test: ExpressionData) -> NDArray[np.str_]:
    """Return what the bootstrap draws: donors, else cells (numbered where names repeat)."""
    if test.donors is not None:
        return test.donors
    distinct = len(set(test.cells.tolist())) == test.n_cells
    return test.cells if distinct else np.arange(test.n_cells).astype(np.str_)
