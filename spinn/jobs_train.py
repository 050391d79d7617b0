"""The training rule: base models, one per seed.

Seeds share a job, here and in the rules that follow: importing torch and reading the cells cost as
much as a run on few genes.
"""

import csv
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from spinn.costs import measured
from spinn.data import ExpressionData, read_prepared
from spinn.network import save_network
from spinn.problem import Problem, make_problem
from spinn.settings import Settings, read_settings
from spinn.training import base_network, choose_device, fit

log = logging.getLogger(__name__)


def open_problem(
    data: ExpressionData, task: str, settings: Settings, *, device: str, threads: int
) -> Problem:
    """Return a task's problem on training and validation cells, for this many threads.

    Where the data have no counts, noise `split` becomes `hidden`, and the log says so.
    """
    torch.set_num_threads(threads)
    noise = settings.noise
    if noise == "split" and not data.has_counts:
        log.warning("no counts in these data: noise is hidden instead of split")
        noise = "hidden"
    return make_problem(
        data,
        task,
        noise=noise,
        basis=settings.basis,
        n_splits=settings.n_splits,
        device=choose_device(device),
    )


def train_bases(
    prepared: str,
    outputs: Sequence[str],
    *,
    about: Mapping[str, Any],
    seeds: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Train one base model per seed; write weights, and the history beside them as CSV.

    ``about`` names the dataset, split, task and gate.
    """
    settings = read_settings(config)
    data = read_prepared(prepared, parts=("train", "valid"))
    problem = open_problem(data, about["task"], settings, device=config["device"], threads=threads)
    for done, (seed, output) in enumerate(zip(seeds, outputs, strict=True), start=1):
        log.info("base model %d of %d: %s, seed %d", done, len(outputs), about["gate"], seed)
        start = base_network(problem, about["gate"], settings, seed=seed)
        fitted, cost = measured(partial(fit, start, problem, settings.training, seed=seed))
        save_network(fitted.network, Path(output), genes=problem.genes, cost=cost)
        with Path(output).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(fitted.history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(fitted.history)
