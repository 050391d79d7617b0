"""The selecting rule of the baselines: no torch."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from spinn.baselines import BASELINES
from spinn.catalogue import SELECTORS
from spinn.constrained import constrained, constraints_of
from spinn.costs import Cost, measured
from spinn.data import read_prepared
from spinn.gene_files import described
from spinn.panel import PanelPath
from spinn.provenance import made_by

log = logging.getLogger(__name__)


def select_baselines(
    prepared: str,
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every (baseline, seed).

    ``outputs`` maps (baseline, seed) to panels.json; ``about`` names the dataset, split and task.
    """
    data = read_prepared(prepared, parts=("train", "valid"))
    identity, constraints = data.identity(), constraints_of(config["genes"], data)
    found: dict[tuple[str, int], tuple[PanelPath, Cost]] = {}
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        key = (selector, seed if SELECTORS[selector].draws else 0)
        if key not in found:
            choose = partial(BASELINES[selector], data, seed=seed, task=about["task"])
            demanded = partial(constrained, choose, data.genes, constraints=constraints)
            found[key] = measured(partial(demanded, sizes=sizes))
        path, cost = found[key]
        document = {
            **about,
            "selector": selector,
            "seed": seed,
            "settings": {**config, "genes": described(config["genes"])},
            "data": identity,
            "made_by": made_by(
                seconds=cost.seconds, peak_mb=cost.peak_mb, threads=threads, device="cpu"
            ),
        }
        replace(path, about=document).save(Path(output).parent)
