"""How a training step and every ranker's scores grow with genes and with cells."""

from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any

import numpy as np
import torch

from benchmarks.step import BASIS, BATCH, HIDDEN, PENALTY, problem_of
from benchmarks.timing import seconds
from spinn.networks.gates import GateSettings, make_gate
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import batches, make_optimizer, take_step
from spinn.selectors.registry import RANKERS, load_ranker
from spinn.settings import TrainingSettings

STEPS, REPEATS = 10, 5
GENES, CELLS = (1000, 2000, 4000, 8000), (1000, 2000, 4000, 8000)
FIXED_CELLS, FIXED_GENES = 2000, 1000


def case(gate: str, genes: int, cells: int) -> tuple[Network, Problem]:
    """Return an autoencoder of ``genes`` inputs and its problem of ``cells`` cells, in a basis."""
    torch.manual_seed(0)
    basis = torch.linalg.qr(torch.randn(genes, BASIS)).Q
    x = torch.randn(cells, genes)
    network = Network(make_gate(gate, genes, GateSettings()), genes, HIDDEN, BASIS)
    return network, problem_of(x, x, basis)


def time_of_step(ranker: str, genes: int, cells: int) -> float:
    """Return the seconds of a training step with the ranker's gate."""
    network, problem = case(RANKERS[ranker].gate, genes, cells)
    settings = TrainingSettings(batch_size=BATCH, max_steps=10**9)
    optimizer, stream = make_optimizer(network.train(), settings), batches(problem.train, settings)

    def steps() -> None:
        for batch in islice(stream, STEPS):
            take_step(network, optimizer, problem, batch, PENALTY)

    return _quickest(steps) / STEPS


def time_of_scores(ranker: str, genes: int, cells: int) -> float:
    """Return the seconds of one scoring of all genes."""
    network, problem = case(RANKERS[ranker].gate, genes, cells)
    network.eval()
    score = load_ranker(ranker).score
    return _quickest(lambda: score(network, problem))


def _quickest(call: Callable[[], Any]) -> float:
    call()
    return min(seconds(call) for _ in range(REPEATS))


def measure() -> dict[str, dict[str, Any]]:
    """Return, per ranker, by what the time grows when genes, or cells, are doubled.

    The ratio is fitted over three doublings; low and high are the extreme doublings.
    """
    results = {}
    for ranker in RANKERS:
        for what, time in {"step": time_of_step, "scores": time_of_scores}.items():
            for axis, sizes in {"genes": GENES, "cells": CELLS}.items():
                times = [
                    time(ranker, n, FIXED_CELLS)
                    if axis == "genes"
                    else time(ranker, FIXED_GENES, n)
                    for n in sizes
                ]
                exponent = np.polyfit(np.log(sizes), np.log(times), 1)[0]
                doublings = [later / earlier for earlier, later in pairwise(times)]
                results[f"growth_{ranker}_{what}_{axis}"] = {
                    "ratio": float(2**exponent),
                    "low": float(min(*doublings, 2**exponent)),
                    "high": float(max(*doublings, 2**exponent)),
                    "ours_s": times[0],
                    "other_s": times[-1],
                    "same": 0.0,
                    "setting": {
                        "exponent": float(exponent),
                        axis: list(sizes),
                        "seconds": times,
                        "threads": torch.get_num_threads(),
                    },
                }
    return results
