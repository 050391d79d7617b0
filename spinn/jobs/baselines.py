"""The selecting rule of the baselines: no torch."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spinn.baselines import choose_baseline
from spinn.catalogue import SELECTORS
from spinn.data import read_prepared
from spinn.demands.constrained import constraints_of
from spinn.panel import PanelPath
from spinn.records.costs import Cost, measured
from spinn.records.documents import documented

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
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)
    found: dict[tuple[str, int], tuple[PanelPath, Cost]] = {}
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        key = (selector, seed if SELECTORS[selector].draws else 0)
        if key not in found:
            choose = partial(choose_baseline, data, selector, seed=seed, task=about["task"])
            found[key] = measured(partial(choose, sizes=sizes, constraints=constraints))
        path, cost = found[key]
        own = {**about, "selector": selector, "seed": seed}
        documented(path, own, config=config, cost=cost, threads=threads).save(Path(output).parent)
