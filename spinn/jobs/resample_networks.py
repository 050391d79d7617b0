"""The resampling rule of neural selectors: a base model per half, which its selectors share."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from spinn.data import ExpressionData, read_prepared
from spinn.jobs.resample import write_frequencies
from spinn.networks.training import base_model, open_problem
from spinn.panel import PanelPath
from spinn.selectors.constrained import constraints_of
from spinn.selectors.elimination import choose_with_network
from spinn.selectors.registry import SELECTORS
from spinn.settings import read_settings
from spinn.stability.frequencies import frequencies

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
        base = base_model(problem, gate, settings, seed=seed).network
        return {
            name: choose_with_network(
                problem, base, name, settings, sizes=sizes, seed=seed, constraints=constraints
            )
            for name in selectors
        }

    table = frequencies(data, choose, sizes=sizes, n_pairs=config["resamples"])
    write_frequencies(table, output)
