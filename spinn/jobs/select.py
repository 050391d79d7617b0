"""The selecting rule of neural selectors: panels from base models."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spinn.data import read_prepared
from spinn.demands.constrained import constraints_of
from spinn.network import load_network, training_cost
from spinn.records.costs import measured
from spinn.records.documents import documented
from spinn.selection import choose_with_network
from spinn.settings import read_settings
from spinn.training import open_problem

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
    device = problem.positions.device
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        base, genes = load_network(Path(bases[seed]))
        if genes != problem.genes:
            raise ValueError(f"{bases[seed]} was trained on other genes; train it again")
        base = base.to(device)
        choose = partial(choose_with_network, problem, base, selector, settings, seed=seed)
        path, own = measured(partial(choose, sizes=sizes, constraints=constraints))
        documented(
            path,
            {**about, "selector": selector, "seed": seed},
            config={**config, "noise": problem.encoder.noise},
            cost=training_cost(Path(bases[seed])) + own,
            threads=threads,
            device=str(device),
        ).save(Path(output).parent)
