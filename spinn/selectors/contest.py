"""Several ways to choose for one task, and per size the one whose panel predicts best.

No single way leads on every data set and size: networks on split molecules lead with few genes of
shallow cells, linear forward selection in deep ones. So all of them run, and refits on half of the
training cells, judged on the other half, decide size by size. Test cells play no part.

For cell types networks lead nowhere, and panels do better on cells that they were chosen from:
there the linear ways and the markers of each type compete, and each chooses again without the fold
that judges it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.evaluation.crossfit import CrossFitted, Paths, cross_fitted, fold_judges
from spinn.evaluation.judge import Judge
from spinn.networks.training import base_model
from spinn.panel import PanelPath, path_by_place
from spinn.selectors.choose import choose as choose_by_name
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import SEED_STRIDE, eliminate
from spinn.selectors.rankers import bernoulli
from spinn.selectors.run import Run, TrainingCells

log = logging.getLogger(__name__)
N_NETWORKS = 4  # that vote
LINEAR = ("greedy_split", "greedy")
BY_TYPE = (*LINEAR, "markers", "cosine")


@dataclass(frozen=True)
class Contest:
    """What competed for one task, and what was taken.

    Parameters
    ----------
    paths
        Per way its panels from all training cells. They meet the constraints.
    judges
        One per fold of the training cells.
    fitted
        How well the ways predict; for cell types those that are chosen without the judge's fold.
    taken
        Per size, large to small, the way whose panel is taken.
    """

    paths: Paths
    judges: Sequence[Judge]
    fitted: CrossFitted
    taken: Sequence[str]

    @property
    def path(self) -> PanelPath:
        """The panels that are taken."""
        ways = enumerate(self.taken)
        return path_by_place([self.paths[way].panels[place] for place, way in ways])

    @property
    def losses(self) -> Floats:
        """Those of the panels that are taken, shape (1 + draws, panels)."""
        ways = enumerate(self.taken)
        return np.stack([self.fitted.losses[way][:, place] for place, way in ways], axis=1)

    def details(self) -> dict[str, Any]:
        """Return per size, as text, what was `taken` and every way's `losses`."""
        sizes = self.paths[self.taken[0]].sizes
        return {
            str(size): {
                "taken": self.taken[place],
                "losses": {way: float(loss[0, place]) for way, loss in self.fitted.losses.items()},
            }
            for place, size in enumerate(sizes)
        }


def contest(cells: TrainingCells, run: Run) -> Contest:
    """Return what the ways of the cells' task choose, and which of them is taken at each size."""
    threads, by_type = torch.get_num_threads(), cells.task == "classification"

    def linear(data: ExpressionData) -> dict[str, PanelPath]:
        inner = replace(cells, data=data, opened=None)
        names = BY_TYPE if by_type else LINEAR
        paths = {name: choose_by_name(inner, replace(run, selector=name)).path for name in names}
        torch.set_num_threads(threads)  # numba, inside scanpy, has raised it for the whole process
        return paths

    # What is judged is what is taken: every way meets the constraints before they are compared.
    data, device = cells.data.of("train", "valid"), cells.problem.positions.device
    paths = linear(data) if by_type else {"voted": _voted(cells, run), **linear(data)}
    judges = fold_judges(data, cells.task, cells.settings, seed=run.seed, device=device)
    judged = [linear(judge.data.of("train", "valid")) if by_type else paths for judge in judges]
    fitted = cross_fitted(judges, judged, seed=run.seed)
    return Contest(paths, judges, fitted, _taken(paths, fitted))


def _voted(cells: TrainingCells, run: Run) -> PanelPath:
    """Return the panels of networks that eliminate together."""
    problem, settings = cells.problem, cells.settings
    seeds = [run.seed + SEED_STRIDE * i for i in range(N_NETWORKS)]
    bases = [base_model(problem, "bernoulli", settings, seed=seed).network for seed in seeds]
    return constrained(
        lambda run: eliminate(problem, bases, bernoulli.score, settings, run), problem.genes, run
    )


def _taken(paths: Paths, fitted: CrossFitted) -> list[str]:
    """Return each size's way: the first, unless another is better by a standard error."""
    names, losses = list(paths), fitted.losses
    first, taken = names[0], []
    for place, size in enumerate(paths[first].sizes):
        by_name = {name: float(losses[name][0, place]) for name in names}
        best = min(names, key=lambda name: by_name[name])
        standard_error = float(np.std((losses[best] - losses[first])[1:, place]))
        if by_name[first] - by_name[best] <= standard_error:
            best = first
        listed = ", ".join(f"{name} {loss:.4f}" for name, loss in by_name.items())
        log.info("%d genes: %s (%s)", size, best, listed)
        taken.append(best)
    return taken
