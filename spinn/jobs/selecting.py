"""What all selecting rules do: one run after another, each written with what it says of itself."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spinn.records.documents import Chosen, documented

log = logging.getLogger(__name__)


def write_chosen(
    outputs: Mapping[tuple[str, int], str],
    choose: Callable[[str, int], Chosen],
    *,
    about: Mapping[str, Any],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every run.

    ``outputs`` maps (selector, seed) to panels.json, ``choose`` (selector, seed) to what was
    chosen; ``about`` names the dataset, split, task and cells.
    """
    for done, ((selector, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        found = choose(selector, seed)
        documented(
            found.path,
            {**about, "selector": selector, "seed": seed},
            config={**config, **found.besides},
            cost=found.cost,
            threads=threads,
            device=found.device,
        ).save(Path(output).parent)
