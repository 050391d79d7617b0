"""Adam as one fused call per group of parameters.

torch's optimiser class does the same arithmetic, but making one imports torch's compiler: 0.7 s in
each of a run's jobs, half of what torch takes to start.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim.adam import adam

OPTIONS: dict[str, Any] = {"fused": True, "amsgrad": False, "maximize": False}
OPTIONS |= {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}  # the usual constants


class Group(NamedTuple):
    """Parameters that share a learning rate (above 0) and a weight decay (at least 0)."""

    parameters: tuple[Tensor, ...]
    lr: float
    weight_decay: float = 0.0


class Adam:
    """Kingma and Ba 2015, algorithm 1 (doi:10.48550/arXiv.1412.6980), over groups of parameters."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = [group for group in groups if group.parameters]
        self._state = [
            (
                [torch.zeros_like(p) for p in group.parameters],
                [torch.zeros_like(p) for p in group.parameters],
                list[Tensor](),  # largest squares, of AMSGrad only
                [torch.zeros((), device=p.device) for p in group.parameters],
            )
            for group in self.groups
        ]

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter along its gradient, which all must have, and forget gradients."""
        for (parameters, lr, decay), state in zip(self.groups, self._state, strict=True):
            gradients: list[Any] = [p.grad for p in parameters]
            adam([*parameters], gradients, *state, lr=lr, weight_decay=decay, **OPTIONS)
            for parameter in parameters:
                parameter.grad = None
