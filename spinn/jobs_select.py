"""The selecting rule of neural selectors: panels from base models."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from spinn.constrained import constrained, constraints_of
from spinn.costs import measured
from spinn.data import read_prepared
from spinn.gene_files import described
from spinn.jobs_train import open_problem
from spinn.network import load_network, training_cost
from spinn.provenance import made_by
from spinn.selection import select
from spinn.settings import read_settings

log = logging.getLogger(__name__)


def select_with_networks(
    prepared: str,
    bases: Mapping[int, str],
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every (selector, seed).

    ``bases`` maps seeds to base models with the ranker's gate; ``outputs`` maps (selector, seed)
    to panels.json; ``about`` names the dataset, split and task.
    """
    settings = read_settings(config)
    data = read_prepared(prepared, parts=("train", "valid"))
    problem = open_problem(data, about["task"], settings, device=config["device"], threads=threads)
    identity, constraints = data.identity(), constraints_of(config["genes"], data)
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        base, genes = load_network(Path(bases[seed]))
        if genes != problem.genes:
            raise ValueError(f"{bases[seed]} was trained on other genes; train it again")
        base = base.to(problem.positions.device)
        choose = partial(select, problem, base, selector, settings, seed=seed)
        demanded = partial(constrained, choose, problem.genes, constraints=constraints)
        path, own = measured(partial(demanded, sizes=sizes))
        cost = training_cost(Path(bases[seed])) + own
        document = {
            **about,
            "selector": selector,
            "seed": seed,
            "settings": {
                **config,
                "genes": described(config["genes"]),
                "noise": problem.encoder.noise,
            },
            "data": identity,
            "made_by": made_by(
                seconds=cost.seconds,
                peak_mb=cost.peak_mb,
                threads=threads,
                device=str(problem.positions.device),
            ),
        }
        replace(path, about=document).save(Path(output).parent)
