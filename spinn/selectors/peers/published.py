"""The problem that a peer's network solves, as published."""

from dataclasses import replace

import torch

from spinn.networks.problem import make_problem
from spinn.networks.training import choose_device
from spinn.selectors.run import TrainingCells


def with_published_problem(
    cells: TrainingCells, *, reconstruction: str = "reconstruction", is_binary: bool = False
) -> TrainingCells:
    """Return cells with the problem of a peer.

    With ``noise: split`` and counts, peers too read one half of the molecules and predict from it,
    so that what is compared is how genes are chosen; else they are trained as published, on whole
    cells.

    Parameters
    ----------
    cells
        Without a problem.
    reconstruction
        The task that takes the place of `reconstruction`.
    is_binary
        Whether the network reads only which genes are on.
    """
    torch.set_num_threads(cells.threads)
    is_split = cells.settings.noise == "split" and cells.data.has_counts
    problem = make_problem(
        cells.data,
        reconstruction if cells.task == "reconstruction" else cells.task,
        noise="split" if is_split else "none",
        basis=cells.settings.basis,
        n_splits=cells.settings.n_splits,
        device=choose_device(cells.device),
        binary=is_binary,
    )
    return replace(cells, opened=problem)
