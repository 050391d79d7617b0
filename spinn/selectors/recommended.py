"""The recommended selector: several ways to choose, and per size the panel that tells most.

No single way leads on every data set and size: networks on split molecules lead with few genes of
shallow cells, linear forward selection in deep ones. So all of them run, and refits on half of the
training cells, judged on the other half, decide size by size. Test cells play no part.

For cell types networks lead nowhere, and panels do better on cells that they were chosen from:
there the linear ways and the markers of each type compete, and each chooses anew without the fold
that judges it.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.evaluation.crossfit import Choose, cross_fitted
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import base_model
from spinn.panel import PanelPath, path_by_place
from spinn.selectors.baselines.all_baselines import choose_baseline
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import SEED_STRIDE, eliminate
from spinn.settings import Settings

log = logging.getLogger(__name__)
RANKER = "bernoulli"
NETWORKS = 4  # that vote
LINEAR = ("greedy_split", "greedy")
BY_TYPE = (*LINEAR, "markers", "cosine")


class Recommended(NamedTuple):
    """Panels, and per size where its panel was `taken` from and every candidate's `losses`.

    A loss is the headline metric on training cells that the refit did not see, signed so that
    lower is better.
    """

    path: PanelPath
    choices: Mapping[int, Mapping[str, Any]]

    def besides(self, problem: Problem) -> dict[str, Any]:
        """Return what a run's settings say of the choice, ready for JSON."""
        chosen = {str(size): choice for size, choice in self.choices.items()}
        return {"noise": problem.encoder.noise, "chosen": chosen}


def recommend(
    problem: Problem,
    data: ExpressionData,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
    task: str,
) -> Recommended:
    """Return the recommended panels; they need not be nested.

    Parameters
    ----------
    problem
        The task on all genes, from ``data``.
    data
        Prepared data; test cells, if there are any, are left out.
    settings
        Of training, elimination and refits.
    sizes, seed
        As in `spinn.selectors.elimination.select`.
    constraints
        Met by every panel, see `spinn.selectors.constrained.constrained`.
    task
        `classification` has candidates of its own.
    """
    threads = torch.get_num_threads()
    by_type = task == "classification"

    def linear(cells: ExpressionData) -> dict[str, PanelPath]:
        names = BY_TYPE if by_type else LINEAR
        choose = partial(choose_baseline, cells, sizes=sizes, seed=seed, task=task)
        return {name: choose(name, constraints=constraints) for name in names}

    # What is judged is what is taken: every way meets the constraints before they are compared.
    def voted() -> PanelPath:
        choose = partial(eliminate, problem, _bases(problem, settings, seed), RANKER, settings)
        way = partial(choose, seed=seed)
        return constrained(way, problem.genes, sizes=sizes, constraints=constraints)

    seen = data.of("train", "valid")
    paths = linear(seen) if by_type else {"voted": voted(), **linear(seen)}
    torch.set_num_threads(threads)  # numba, inside scanpy, has raised it for the whole process
    again: Choose = linear if by_type else lambda _: paths
    device = problem.positions.device
    losses = cross_fitted(data, again, task, settings, seed=seed, device=device)
    return _best(paths, losses)


def _bases(problem: Problem, settings: Settings, seed: int) -> list[Network]:
    seeds = [seed + SEED_STRIDE * place for place in range(NETWORKS)]
    return [base_model(problem, RANKER, settings, seed=s).network for s in seeds]


def _best(paths: Mapping[str, PanelPath], losses: Mapping[str, NDArray[np.float64]]) -> Recommended:
    """Take each size's panel from the first path, unless another is better by a standard error."""
    names = list(paths)
    first = names[0]
    panels, table = [], {}
    for place, panel in enumerate(paths[first].panels):
        here = {name: float(losses[name][0, place]) for name in names}
        best = min(names, key=lambda name: here[name])
        doubt = float(np.std((losses[best] - losses[first])[1:, place]))
        if here[first] - here[best] <= doubt:
            best = first
        log.info("%d genes: %s (%s)", panel.size, best, _listed(here))
        panels.append(paths[best].panels[place])
        table[panel.size] = {"taken": best, "losses": here}
    return Recommended(path_by_place(panels), table)


def _listed(losses: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
