"""The resampling rule of the baselines: how often they choose each gene. No torch."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from spinn.data import ExpressionData, read_prepared
from spinn.panel import PanelPath
from spinn.selectors.baselines.all_baselines import choose_baseline
from spinn.selectors.constrained import constraints_of
from spinn.stability.frequencies import frequencies

log = logging.getLogger(__name__)


def resample_baselines(
    prepared: str,
    selectors: Sequence[str],
    *,
    output: str,
    task: str,
    sizes: Sequence[int],
    config: Mapping[str, Any],
) -> None:
    """Write how often some baselines choose each gene on halves of the training cells.

    ``config`` has the section ``genes`` and ``resamples``, the number of pairs of halves.
    """
    data = read_prepared(prepared, parts=("train", "valid"))
    constraints = constraints_of(config["genes"], data)

    def choose(cells: ExpressionData, *, seed: int) -> dict[str, PanelPath]:
        if seed % 10 == 0:
            log.info("half %d of %d", seed + 1, 2 * config["resamples"])
        return {
            name: choose_baseline(
                cells, name, sizes=sizes, seed=seed, constraints=constraints, task=task
            )
            for name in selectors
        }

    table = frequencies(data, choose, sizes=sizes, n_pairs=config["resamples"])
    write_frequencies(table, output)


def write_frequencies(table: pd.DataFrame, output: str) -> None:
    """Write a table of `frequencies`; `stable` becomes yes or no."""
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    words = table["stable"].map({True: "yes", False: "no"})
    table.assign(stable=words).to_csv(output, index=False, float_format="%.4g")
