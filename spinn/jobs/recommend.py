"""The rule of the recommended selector: networks that vote, linear selection, and their judge."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from spinn.data import read_prepared
from spinn.jobs.selecting import write_chosen
from spinn.networks.training import open_problem
from spinn.records.documents import Chosen
from spinn.runtime.costs import measured
from spinn.selectors.constrained import constraints_of
from spinn.selectors.recommended import recommend
from spinn.settings import read_settings


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

    def choose(_: str, seed: int) -> Chosen:
        job = partial(recommend, problem, data, settings, sizes=sizes, task=about["task"])
        best, cost = measured(partial(job, seed=seed, constraints=constraints))
        return Chosen(best.path, cost, str(problem.positions.device), best.besides(problem))

    write_chosen(outputs, choose, about=about, config=config, threads=threads)
