"""The recommended selector: several ways to choose, and per size the panel that predicts best.

No single way leads on every data set and size: networks on split molecules lead with few genes of
shallow cells, linear forward selection in deep ones. So all of them run, and refits on half of the
training cells, judged on the other half, decide size by size. Test cells play no part.

For cell types networks lead nowhere, and panels do better on cells that they were chosen from:
there the linear ways and the markers of each type compete, and each chooses again without the fold
that judges it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.evaluation.crossfit import cross_fitted
from spinn.networks.training import base_model
from spinn.panel import PanelPath, path_by_place
from spinn.records.choice import Choice
from spinn.selectors import strategies
from spinn.selectors.choose import choose as choose_by_name
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import SEED_STRIDE, eliminate
from spinn.selectors.rankers import bernoulli
from spinn.selectors.run import Run, TrainingCells

log = logging.getLogger(__name__)
N_NETWORKS = 4  # that vote
LINEAR = ("greedy_split", "greedy")
Paths = Mapping[str, PanelPath]
BY_TYPE = (*LINEAR, "markers", "cosine")
ENTRY = {
    "name": "recommended",
    "kind": "recommended",
    "takes": "per size the panel of several ways that predicts best on training cells held out",
    "is_random": True,
    "needs_torch": True,
    "is_constrained": True,
    "is_default": True,
    "uses": ("greedy", "greedy_split", "markers", "cosine"),
    "colour": "#b10026",
}

prepare = strategies.prepare


def choose(cells: TrainingCells, run: Run) -> Choice:
    """Return the recommended panels; they need not be nested.

    The choice's details hold under `chosen`, per size, where the panel was `taken` from and every
    candidate's `losses`: the headline metric on training cells that the refit did not see, signed
    so that lower is better.
    """
    threads, by_type = torch.get_num_threads(), cells.task == "classification"

    def linear(data: ExpressionData) -> dict[str, PanelPath]:
        inner = replace(cells, data=data, opened=None)
        names = BY_TYPE if by_type else LINEAR
        return {name: choose_by_name(inner, replace(run, selector=name)).path for name in names}

    # What is judged is what is taken: every way meets the constraints before they are compared.
    data = cells.data.of("train", "valid")
    paths = linear(data) if by_type else {"voted": _voted(cells, run), **linear(data)}
    torch.set_num_threads(threads)  # numba, inside scanpy, has raised it for the whole process
    again: Callable[[ExpressionData], Mapping[str, PanelPath]] = (
        linear if by_type else lambda _: paths
    )
    device = cells.problem.positions.device
    losses = cross_fitted(data, again, cells.task, cells.settings, seed=run.seed, device=device)
    return _best(paths, losses)


def _voted(cells: TrainingCells, run: Run) -> PanelPath:
    """Return the panels of networks that eliminate together."""
    problem, settings = cells.problem, cells.settings
    seeds = [run.seed + SEED_STRIDE * i for i in range(N_NETWORKS)]
    bases = [base_model(problem, "bernoulli", settings, seed=seed).network for seed in seeds]
    return constrained(
        lambda run: eliminate(problem, bases, bernoulli.score, settings, run), problem.genes, run
    )


def _best(paths: Paths, losses: Mapping[str, Floats]) -> Choice:
    """Take each size's panel from the first path, unless another is better by a standard error."""
    names = list(paths)
    first = names[0]
    panels, chosen = [], {}
    for place, panel in enumerate(paths[first].panels):
        by_name = {name: float(losses[name][0, place]) for name in names}
        best = min(names, key=lambda name: by_name[name])
        standard_error = float(np.std((losses[best] - losses[first])[1:, place]))
        if by_name[first] - by_name[best] <= standard_error:
            best = first
        listed = ", ".join(f"{name} {loss:.4f}" for name, loss in by_name.items())
        log.info("%d genes: %s (%s)", panel.size, best, listed)
        panels.append(paths[best].panels[place])
        chosen[str(panel.size)] = {"taken": best, "losses": by_name}
    return Choice(path_by_place(panels), details={"chosen": chosen})
