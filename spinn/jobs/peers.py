"""The selecting rules of peers that train networks of their own."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from spinn.data import read_prepared
from spinn.demands.constrained import constraints_of
from spinn.peers.trained import choose_with_peer, peer_problem
from spinn.records.costs import measured
from spinn.records.documents import documented
from spinn.settings import read_settings
from spinn.training import choose_device

log = logging.getLogger(__name__)


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
    (selector,) = {name for name, _ in outputs}
    problem = peer_problem(data, selector, about["task"], settings, device=device)
    for done, ((_, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        choose = partial(choose_with_peer, problem, selector, settings, seed=seed)
        path, cost = measured(partial(choose, sizes=sizes, constraints=constraints))
        documented(
            path,
            {**about, "selector": selector, "seed": seed},
            config={**config, "noise": problem.encoder.noise},
            cost=cost,
            threads=threads,
            device=str(device),
        ).save(Path(output).parent)
