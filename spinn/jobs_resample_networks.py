"""The resampling rule of neural selectors: a base model per half, which its selectors share."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from spinn.catalogue import SELECTORS
from spinn.constrained import constrained, constraints_of
from spinn.data import ExpressionData, read_prepared
from spinn.frequencies import frequencies
from spinn.jobs_resample import write_frequencies
from spinn.jobs_train import open_problem
from spinn.panel import PanelPath
from spinn.selection import select
from spinn.settings import read_settings
from spinn.training import base_network, fit

log = logging.getLogger(__name__)


def resample_networks(
    prepared: str,
    selectors: Sequence[str],
    *,
    output: str,
    task: str,
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write how often some neural selectors of one ranker choose each gene on halves.

    ``config`` has what selection needs, and ``resamples``, the number of pairs of halves.
    """
    settings = read_settings(config)
    data = read_prepared(prepared, parts=("train", "valid"))
    constraints = constraints_of(config["genes"], data)
    gate = str(SELECTORS[selectors[0]].gate)

    def choose(cells: ExpressionData, *, seed: int) -> dict[str, PanelPath]:
        log.info("half %d of %d", seed + 1, 2 * config["resamples"])
        problem = open_problem(cells, task, settings, device=config["device"], threads=threads)
        start = base_network(problem, gate, settings, seed=seed)
        base = fit(start, problem, settings.training, seed=seed).network
        return {
            name: constrained(
                partial(select, problem, base, name, settings, seed=seed),
                problem.genes,
                sizes=sizes,
                constraints=constraints,
            )
            for name in selectors
        }

    table = frequencies(data, choose, sizes=sizes, n_pairs=config["resamples"])
    write_frequencies(table, output)
