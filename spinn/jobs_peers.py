"""The selecting rules of peers that train networks of their own."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from spinn.constrained import constrained, constraints_of
from spinn.data import read_prepared
from spinn.gene_files import described
from spinn.peers import PEERS, peer_problem
from spinn.provenance import made_by
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
    identity, constraints = data.identity(), constraints_of(config["genes"], data)
    (selector,) = {name for name, _ in outputs}
    problem = peer_problem(data, selector, about["task"], settings, device=device)
    for done, ((_, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, seed %d", done, len(outputs), selector, seed)
        started = time.perf_counter()
        choose = partial(PEERS[selector].choose, problem, settings, seed=seed)
        path = constrained(choose, problem.genes, sizes=sizes, constraints=constraints)
        document = {
            **about,
            "selector": selector,
            "seed": seed,
            "settings": {
                **config,
                "genes": described(config["genes"]),
                "noise": problem.encoder.noise,
            },
            "data": identity,
            "made_by": made_by(
                seconds=time.perf_counter() - started, threads=threads, device=str(device)
            ),
        }
        replace(path, about=document).save(Path(output).parent)
