"""The rule of the recommended selector: networks that vote, linear selection, and their judge."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spinn.data import read_prepared
from spinn.demands.constrained import constraints_of
from spinn.recommended import recommend
from spinn.records.costs import measured
from spinn.records.documents import documented
from spinn.settings import read_settings
from spinn.training import open_problem

log = logging.getLogger(__name__)


def select_recommended(
    prepared: str,
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every seed; `settings.chosen` says what came from where.

    ``outputs`` maps (selector, seed) to panels.json; ``about`` names the dataset, split and task.
    """
    settings = read_settings(config)
    data = read_prepared(prepared, parts=("train", "valid"))
    problem = open_problem(data, about["task"], settings, device=config["device"], threads=threads)
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        choose = partial(recommend, problem, data, settings, sizes=sizes, task=about["task"])
        found, cost = measured(partial(choose, seed=seed, constraints=constraints))
        chosen = {str(size): choice for size, choice in found.choices.items()}
        documented(
            found.path,
            {**about, "selector": selector, "seed": seed},
            config={**config, "noise": problem.encoder.noise, "chosen": chosen},
            cost=cost,
            threads=threads,
            device=str(problem.positions.device),
        ).save(Path(output).parent)
