"""Standard noise, drawn once and shared by all steps.

Drawing fresh noise costs a training step more than its matrix products do: a random number and two
logarithms per cell and gene. A step takes a random window of a few million draws made once
instead. Within a step all draws are distinct; across steps the windows start anywhere, so a draw
returns, but for another cell and gene.
"""

from functools import lru_cache

import torch
from torch import Tensor

POOL = 2**22  # draws, 16 MB
_SEED = 20190501


def logistic(like: Tensor) -> Tensor:
    """Return standard logistic noise (the logit of uniform draws) of a tensor's shape."""
    return _window("logistic", like)


def normal(like: Tensor) -> Tensor:
    """Return standard normal noise of a tensor's shape."""
    return _window("normal", like)


def gumbel(like: Tensor) -> Tensor:
    """Return standard Gumbel noise, -log(-log u) of uniform draws, of a tensor's shape."""
    return _window("gumbel", like)


@lru_cache
def _pool(kind: str, device: torch.device) -> Tensor:
    generator = torch.Generator().manual_seed(_SEED)
    if kind == "normal":
        return torch.randn(POOL, generator=generator).to(device)
    uniform = torch.rand(POOL, generator=generator, dtype=torch.float64)
    if kind == "gumbel":
        return uniform.clamp_(1e-12, 1 - 1e-12).log_().neg_().log_().neg_().float().to(device)
    return torch.logit(uniform, eps=1e-12).float().to(device)


def _window(kind: str, like: Tensor) -> Tensor:
    n = like.numel()
    if 2 * n <= POOL:
        start = int(torch.randint(POOL - n + 1, ()))
        return _pool(kind, like.device)[start : start + n].view(like.shape)
    # Too few windows to choose from: fresh draws.
    if kind == "normal":
        return torch.randn_like(like)
    if kind == "gumbel":
        return torch.empty_like(like).exponential_().log_().neg_()
    return torch.rand_like(like).logit_(1e-6)
