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

from spinn.data import read_prepared
from spinn.networks.training import base_model, open_problem
from spinn.records.networks import save_network
from spinn.runtime.costs import measured
from spinn.settings import read_settings

log = logging.getLogger(__name__)


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
        train = partial(base_model, problem, about["gate"], settings, seed=seed)
        fitted, cost = measured(train)
        save_network(fitted.network, Path(output), genes=problem.genes, cost=cost)
        with Path(output).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(fitted.history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(fitted.history)
