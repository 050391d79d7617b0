"""PERSIST: gates narrow all genes to some candidates, then a k-hot mask chooses per panel size."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from spinn.networks.problem import Problem
from spinn.networks.training import base_network, fit
from spinn.panel import PanelPath
from spinn.selectors.peers.concrete import KHotMask
from spinn.selectors.peers.concrete_panels import (
    COLD,
    HOT,
    candidates_of,
    concrete_panels,
    crossing_lr,
    is_required,
)
from spinn.selectors.peers.published import with_published_problem
from spinn.selectors.run import Run, TrainingCells
from spinn.settings import GateSettings, Settings

log = logging.getLogger(__name__)
CANDIDATES = 500
MIN_SHARE = 0.5  # of the candidates that the largest panel may be
FIRST_HIDDEN = 0.01  # gates start all but open
# The search for the gates' penalty: where it starts, by which factor the count may miss, how many
# penalties it tries.
FIRST_PENALTY, NEAR, TRIALS = 0.1, 1.2, 10


ENTRY = {
    "name": "persist",
    "kind": "peer",
    "order": 3,
    "takes": "gates down to 500 candidates, then a k-hot mask per size; reads which genes are on",
    "source": "Covert et al. 2023",
    "is_random": True,
    "needs_torch": True,
    "marker": "p",
}


def prepare(cells: TrainingCells) -> TrainingCells:
    """Return cells with binary inputs, and the hurdle loss in place of reconstruction."""
    return with_published_problem(cells, reconstruction="hurdle", is_binary=True)


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Train a k-hot mask per size, on up to 500 candidates.

    The candidates are the widest of learnable gates whose penalty is searched for (see
    `search_penalty`) until about as many are open; with fewer genes to choose from, or a largest
    panel of over 250, there are as many as are left, or twice that panel. Required genes are
    candidates whatever their gate says.

    Differs from the published code: every trial of a penalty starts afresh and the gates' learning
    rate follows from the number of steps, so that the search is of a monotone count and can end;
    exactly the wanted number of candidates is kept; no gene is chosen twice; the network kept is
    the best on validation cells; a hidden gene stands at its mean.

    References
    ----------
    Covert et al. 2023, "Predictive and robust gene selection for spatial transcriptomics"
    (doi:10.1038/s41467-023-37392-1).
    """
    problem = cells.problem
    run.constraints.check_sizes(run.sizes, problem.genes)
    problem = candidates_of(problem, run.constraints)
    wanted = max(CANDIDATES, math.ceil(max(run.sizes) / MIN_SHARE))
    if wanted < len(problem.genes):
        problem = _narrowed(problem, wanted, cells.settings, run)
    return concrete_panels(problem, KHotMask, cells.settings, run)


def search_penalty(n_open: Callable[[float], int], target: int) -> tuple[float, int]:
    """Return the penalty tried whose number of open gates is nearest to ``target``, and it.

    From 0.1 by factors of ten until two penalties bracket the target, then by halving the bracket
    on the logarithmic scale, until the number misses the target by a factor of at most 1.2 or ten
    penalties were tried. A count that never falls below the target, or jumps across it, cannot
    make the search fail: the nearest is returned.

    Parameters
    ----------
    n_open
        Trains gates with a penalty and counts the open ones; should fall with the penalty.
    target
        At least 1.
    """
    tried: dict[float, int] = {}
    penalty, too_low, too_high = FIRST_PENALTY, 0.0, math.inf
    for _ in range(TRIALS):
        tried[penalty] = n_open(penalty)
        if _is_near(tried[penalty], target):
            break
        if tried[penalty] > target:
            too_low = penalty
        else:
            too_high = penalty
        if math.isinf(too_high):
            penalty = too_low * 10
        else:
            penalty = math.sqrt(too_low * too_high) if too_low else too_high / 10
    nearest = min(tried, key=lambda one: _miss(tried[one], target))
    return nearest, tried[nearest]


def _miss(count: int, target: int) -> float:
    """Return the factor, at least 1, by which a count misses a target; none counts as a half."""
    ratio = max(count, 0.5) / target
    return max(ratio, 1 / ratio)


def _is_near(count: int, target: int) -> bool:
    return _miss(count, target) <= NEAR


def _narrowed(problem: Problem, wanted: int, settings: Settings, run: Run) -> Problem:
    """Return the problem of the ``wanted`` genes with the widest gates and of the required ones."""
    gates: dict[float, Tensor] = {}

    def n_open(penalty: float) -> int:
        gates[penalty] = _trained_gates(problem, penalty, settings, run.seed)
        count = int((gates[penalty] > 0).sum())
        log.info("penalty %g: %d of %d gates open", penalty, count, len(problem.genes))
        return count

    penalty, nearest = search_penalty(n_open, wanted)
    if not _is_near(nearest, wanted):
        log.warning(
            "no penalty leaves about %d gates open; nearest: %d, with penalty %g; the %d widest "
            "are taken",
            wanted,
            nearest,
            penalty,
            wanted,
        )
    width = gates[penalty].masked_fill(is_required(problem, run.constraints), torch.inf)
    widest = torch.argsort(width, descending=True, stable=True)[:wanted]
    return problem.keep(widest.sort().values)


def _trained_gates(problem: Problem, penalty: float, settings: Settings, seed: int) -> Tensor:
    """Return the logits of the gates' probability to be open, shape (genes,)."""
    steps = settings.training.max_steps
    gate = GateSettings(
        temperature=HOT, final_temperature=COLD, penalty_form="linear", initial_dropout=FIRST_HIDDEN
    )
    way = 2 * math.log((1 - FIRST_HIDDEN) / FIRST_HIDDEN)  # from all but open to all but closed
    training = replace(
        settings.training,
        patience=steps,
        penalty=penalty,
        min_dropout=0.0,
        gate_lr=crossing_lr(way, steps),
    )
    start = base_network(problem, "bernoulli", replace(settings, gate=gate), seed=seed)
    return fit(start, problem, training, seed=seed).network.gate.scores()
