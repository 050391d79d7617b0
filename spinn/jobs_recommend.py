"""The rule of the recommended selector: networks that vote, linear selection, and their judge."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from spinn.constrained import constraints_of
from spinn.costs import measured
from spinn.data import read_prepared
from spinn.gene_files import described
from spinn.jobs_train import open_problem
from spinn.provenance import made_by
from spinn.recommended import recommend
from spinn.settings import read_settings

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
    identity, constraints = data.identity(), constraints_of(config["genes"], data)
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        choose = partial(recommend, problem, data, settings, sizes=sizes, task=about["task"])
        found, cost = measured(partial(choose, seed=seed, constraints=constraints))
        document = {
            **about,
            "selector": selector,
            "seed": seed,
            "settings": {
                **config,
                "genes": described(config["genes"]),
                "noise": problem.encoder.noise,
                "chosen": {str(size): choice for size, choice in found.choices.items()},
            },
            "data": identity,
            "made_by": made_by(
                seconds=cost.seconds,
                peak_mb=cost.peak_mb,
                threads=threads,
                device=str(problem.positions.device),
            ),
        }
        replace(found.path, about=document).save(Path(output).parent)
