"""The selecting rule of neural selectors: panels from base models."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spinn.data import read_prepared
from spinn.jobs.selecting import write_chosen
from spinn.networks.training import open_problem
from spinn.records.documents import Chosen
from spinn.records.networks import load_network, training_cost
from spinn.runtime.costs import measured
from spinn.selectors.constrained import constraints_of
from spinn.selectors.elimination import choose_with_network
from spinn.settings import read_settings


def select_with_networks(
    prepared: str,
    bases: Mapping[int, str],
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every (selector, seed).

    ``bases`` maps seeds to base models with the ranker's gate; ``outputs`` maps (selector, seed)
    to panels.json; ``about`` names the dataset, split and task.
    """
    settings = read_settings(config)
    data = read_prepared(prepared, parts=("train", "valid"))
    problem = open_problem(data, about["task"], settings, device=config["device"], threads=threads)
    device = problem.positions.device
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)

    def choose(selector: str, seed: int) -> Chosen:
        base, genes = load_network(Path(bases[seed]))
        if genes != problem.genes:
            raise ValueError(f"{bases[seed]} was trained on other genes; train it again")
        job = partial(choose_with_network, problem, base.to(device), selector, settings)
        path, own = measured(partial(job, sizes=sizes, seed=seed, constraints=constraints))
        cost = training_cost(Path(bases[seed])) + own
        return Chosen(path, cost, str(device), {"noise": problem.encoder.noise})

    write_chosen(outputs, choose, about=about, config=config, threads=threads)
