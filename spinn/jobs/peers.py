"""The selecting rules of peers that train networks of their own."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch

from spinn.data import read_prepared
from spinn.jobs.selecting import write_chosen
from spinn.networks.training import choose_device
from spinn.records.documents import Chosen
from spinn.runtime.costs import measured
from spinn.selectors.constrained import constraints_of
from spinn.selectors.peers.trained import choose_with_peer, peer_problem
from spinn.settings import read_settings


def select_peers(
    prepared: str,
    outputs: Mapping[tuple[str, int], str],
    *,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of every seed of one peer.

    ``outputs`` maps (selector, seed) to panels.json; ``about`` names the dataset, split and task.
    """
    torch.set_num_threads(threads)
    settings, device = read_settings(config), choose_device(config["device"])
    data = read_prepared(prepared, parts=("train", "valid"))
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)
    (peer,) = {name for name, _ in outputs}
    problem = peer_problem(data, peer, about["task"], settings, device=device)

    def choose(selector: str, seed: int) -> Chosen:
        job = partial(choose_with_peer, problem, selector, settings, seed=seed)
        path, cost = measured(partial(job, sizes=sizes, constraints=constraints))
        return Chosen(path, cost, str(device), {"noise": problem.encoder.noise})

    write_chosen(outputs, choose, about=about, config=config, threads=threads)
