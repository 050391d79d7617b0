"""The peers that train networks of their own: which problem each is set, and its function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.networks.problem import Problem, make_problem
from spinn.panel import PanelPath
from spinn.selectors.constrained import constrained
from spinn.selectors.peers.concrete_ae import concrete_ae
from spinn.selectors.peers.persist import persist
from spinn.settings import Settings


@dataclass(frozen=True)
class Peer:
    """How a peer chooses, whether it reads only which genes are on, how it reconstructs."""

    choose: Callable[..., PanelPath]
    binary: bool = False
    reconstruction: str = "reconstruction"


PEERS: dict[str, Peer] = {
    "persist": Peer(persist, binary=True, reconstruction="hurdle"),
    "concrete_ae": Peer(concrete_ae),
}


def peer_problem(
    data: ExpressionData,
    selector: str,
    task: str,
    settings: Settings,
    *,
    device: torch.device | None = None,
) -> Problem:
    """Return the problem of a task as a peer poses it to itself.

    With ``settings.noise`` `split` and counts, peers too read one half of the molecules and predict
    from it, so that what is compared is how genes are chosen; else they are trained as published,
    on whole cells.
    """
    peer = PEERS[selector]
    split = settings.noise == "split" and data.has_counts
    return make_problem(
        data,
        peer.reconstruction if task == "reconstruction" else task,
        noise="split" if split else "none",
        basis=settings.basis,
        n_splits=settings.n_splits,
        device=device,
        binary=peer.binary,
    )


def choose_with_peer(
    problem: Problem,
    selector: str,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return a peer's panels, made to meet the constraints; its problem is `peer_problem`'s."""
    choose = partial(PEERS[selector].choose, problem, settings, seed=seed)
    return constrained(choose, problem.genes, sizes=sizes, constraints=constraints)
