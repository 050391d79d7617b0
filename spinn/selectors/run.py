"""What a selector is given: training cells, and a run of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.preparation.moments import MomentsOf, split_moments
from spinn.runtime.costs import Cost
from spinn.settings import Settings

if TYPE_CHECKING:  # selectors without a network never import torch
    from spinn.networks.network import Network
    from spinn.networks.problem import Problem


@dataclass(frozen=True)
class Run:
    """One selector with one seed.

    Parameters
    ----------
    selector
        Its name in the config.
    sizes
        Of the panels, in genes.
    seed
        Of everything random; a selector that draws nothing ignores it.
    constraints
        That every panel meets.
    """

    selector: str
    sizes: Sequence[int]
    seed: int = 0
    constraints: Constraints = field(default_factory=Constraints)


def _no_base(gate: str, seed: int) -> "tuple[Network, Cost]":
    raise TypeError(f"these cells have no base model ({gate} gate, seed {seed})")


@dataclass(frozen=True)
class TrainingCells:
    """The cells of one task that selectors choose from, and what the runs of a job share.

    Parameters
    ----------
    data
        Prepared cells; selectors leave test cells alone if there are any.
    task
        What panels have to predict.
    settings
        Of networks and peers.
    device, threads
        Where networks are trained: `auto`, `cpu` or `cuda`; and on how many threads.
    base_files
        Seed to the file of a trained base model; without one it is trained here.
    opened
        The task as networks see it, see `problem`; None for selectors without a network.
    base
        From a gate's name and a seed to the base model, and what it cost before this process.
    moments
        The split moments of training cells and a task; a job that needs them again keeps them.
    """

    data: ExpressionData
    task: str
    settings: Settings = field(default_factory=Settings)
    device: str = "cpu"
    threads: int = 1
    base_files: Mapping[int, str] = field(default_factory=dict)
    opened: "Problem | None" = None
    base: "Callable[[str, int], tuple[Network, Cost]]" = _no_base
    moments: MomentsOf = split_moments

    @property
    def problem(self) -> "Problem":
        """The task as networks see it; TypeError for cells opened for a selector without one."""
        if self.opened is None:
            raise TypeError("these cells were opened for a selector without a network")
        return self.opened
