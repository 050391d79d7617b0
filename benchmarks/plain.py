"""The textbook way of what spinn does fast: honest, vectorised over cells, gene by gene."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset


class PlainGate(nn.Module):
    """Concrete dropout as papers write it: a uniform draw, two logarithms and a sigmoid."""

    def __init__(self, n_genes: int, temperature: float = 0.1) -> None:
        super().__init__()
        self.logit_keep = nn.Parameter(torch.zeros(n_genes))
        self.temperature = temperature

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x * torch.sigmoid(self.logit_keep)
        u = torch.rand_like(x).clamp(1e-6, 1 - 1e-6)
        logistic = torch.log(u) - torch.log(1 - u)
        return x * torch.sigmoid((self.logit_keep + logistic) / self.temperature)

    def penalty(self) -> Tensor:
        return torch.sigmoid(self.logit_keep).mean()


class PlainGaussianGate(nn.Module):
    """Additive noise with a learnable standard deviation per gene, a fresh draw per element."""

    def __init__(self, n_genes: int) -> None:
        super().__init__()
        self.log_sigma = nn.Parameter(torch.zeros(n_genes))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.log_sigma.exp() * torch.randn_like(x) if self.training else x

    def penalty(self) -> Tensor:
        return torch.log(1 + torch.exp(-2 * self.log_sigma)).mean()


def plain_network(gate: nn.Module, widths: Sequence[int]) -> nn.Sequential:
    """Return gate, linear layers with ELU between, linear output."""
    layers: list[nn.Module] = [gate]
    for i, (a, b) in enumerate(pairwise(widths)):
        layers += [nn.Linear(a, b)] if i == len(widths) - 2 else [nn.Linear(a, b), nn.ELU()]
    return nn.Sequential(*layers)


def plain_loader(x: Tensor, y: Tensor, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches for ever, one cell at a time through a sampler."""
    data = TensorDataset(x, y)
    loader = DataLoader(data, batch_size, sampler=RandomSampler(data), drop_last=True)
    while True:
        yield from loader


def plain_step(
    network: nn.Sequential,
    optimizer: torch.optim.Optimizer,
    batch: tuple[Tensor, Tensor],
    penalty: float,
) -> None:
    """Take one step of a full-width squared loss with a penalised gate."""
    x, y = batch
    loss = (network(x) - y).square().sum(1).mean() / y.shape[1]
    optimizer.zero_grad()
    (loss + penalty * network[0].penalty()).backward()
    optimizer.step()


def jacobian_of_gene(forward: Callable[[Tensor], Tensor], x: Tensor, gene: int) -> Tensor:
    """Return the mean squared norm of d output / d gene over cells, by forward differentiation."""
    direction = torch.zeros_like(x)
    direction[:, gene] = 1.0
    _, slope = torch.func.jvp(forward, (x,), (direction,))
    return slope.square().sum(1).mean()


def imputation_of_gene(
    loss: Callable[[Tensor], Tensor], x: Tensor, whole: Tensor, gene: int
) -> Tensor:
    """Return the rise of the mean loss when one gene is set to its mean."""
    ablated = x.clone()
    ablated[:, gene] = 0.0
    return (loss(ablated) - whole).double().mean()
