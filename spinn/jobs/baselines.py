"""The selecting rule of the baselines: no torch."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from spinn.data import read_prepared
from spinn.jobs.selecting import write_chosen
from spinn.records.documents import Chosen
from spinn.runtime.costs import measured
from spinn.selectors.baselines.all_baselines import choose_baseline
from spinn.selectors.constrained import constraints_of
from spinn.selectors.registry import SELECTORS


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

    @cache
    def of_seed(selector: str, seed: int) -> Chosen:
        job = partial(choose_baseline, data, selector, seed=seed, task=about["task"])
        return Chosen(*measured(partial(job, sizes=sizes, constraints=constraints)))

    def choose(selector: str, seed: int) -> Chosen:
        return of_seed(selector, seed if SELECTORS[selector].draws else 0)

    write_chosen(outputs, choose, about=about, config=config, threads=threads)
