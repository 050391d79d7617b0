"""Adam as one fused call per group of parameters.

torch's optimiser class does the same arithmetic, but making one imports torch's compiler: 0.7 s in
each of a run's jobs, half of what torch takes to start.
"""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.optim.adam import adam


class Group(NamedTuple):
    """Parameters that share a learning rate (above 0) and a weight decay (at least 0)."""

    parameters: tuple[Tensor, ...]
    lr: float
    weight_decay: float = 0.0


class Adam:
    """Adam with the usual constants (0.9, 0.999, 1e-8), over groups of parameters.

    References
    ----------
    Kingma and Ba 2015, algorithm 1 (doi:10.48550/arXiv.1412.6980).
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = [group for group in groups if group.parameters]
        self._state = [
            (
                [torch.zeros_like(p) for p in group.parameters],
                [torch.zeros_like(p) for p in group.parameters],
                [torch.zeros((), device=p.device) for p in group.parameters],
            )
            for group in self.groups
        ]

    def clear(self) -> None:
        """Forget the gradients."""
        for group in self.groups:
            for parameter in group.parameters:
                parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter along its gradient; all of them must have one."""
        for group, (means, squares, steps) in zip(self.groups, self._state, strict=True):
            adam(
                list(group.parameters),
                [p.grad for p in group.parameters],  # type: ignore[misc]
                means,
                squares,
                [],
                steps,
                fused=True,
                amsgrad=False,
                beta1=0.9,
                beta2=0.999,
                lr=group.lr,
                weight_decay=group.weight_decay,
                eps=1e-8,
                maximize=False,
            )
