"""Gates: exchangeable learnable noise on a network's inputs, one parameter per gene.

A gate is abstract (`Gate`) or final (the three classes below). A new kind of noise is one new
final class that states its name, added to `GATES`.
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import torch
from torch import Tensor, nn

from spinn.networks.noise import logistic, normal
from spinn.settings import GateSettings


class Gate(nn.Module, ABC):
    """Noise in front of a network, applied while training only."""

    name: str  # what the config calls it
    n_channels: int | None = None  # numbers handed on per cell, where that is not one per gene
    progress = 0.0  # share of the training that is done, in 0..1, updated by the training loop

    def __init__(self, n_genes: int, settings: GateSettings | None = None) -> None:
        super().__init__()
        self.n_genes = n_genes
        self.settings = settings or GateSettings()

    @property
    def temperature(self) -> float:
        """Temperature of concrete draws at this point of the training."""
        start, end = self.settings.temperature, self.settings.final_temperature
        return start if end is None else start * (end / start) ** self.progress

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` of shape (cells, genes) with noise while training, without it else."""

    @abstractmethod
    def penalty(self) -> Tensor:
        """Return a scalar that falls as the gate hides more; averaged over genes."""

    @abstractmethod
    def scores(self) -> Tensor:
        """Return one number per gene, shape (genes,); larger is more important."""

    @abstractmethod
    def hidden_share(self) -> Tensor:
        """Return the share of each gene's information that is hidden, shape (genes,), in 0..1."""

    def replaced_share(self) -> Tensor:
        """Return how often each gene is replaced whole, shape (genes,); 0 if noise only blurs."""
        return torch.zeros(self.n_genes)

    def keep(self, index: Tensor) -> Self:
        """Return the gate of the genes at ``index``, its settings and mode carried over.

        Every parameter has one entry per gene; a gate of another form overrides this.
        """
        smaller = type(self)(len(index), self.settings)
        for name, parameter in self.named_parameters():
            setattr(smaller, name, nn.Parameter(parameter.detach()[index]))
        return smaller.train(self.training)

    def sample_hidden(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return the noisy input and how hidden each gene is: shape of ``x``, in 0..1.

        None in its place for noise that only blurs.
        """
        return self(x), None


class OpenGate(Gate):
    """No noise: the base model of the rankers that need no learnable noise."""

    name = "open"

    def forward(self, x: Tensor) -> Tensor:
        return x

    def penalty(self) -> Tensor:
        return torch.zeros(())

    def scores(self) -> Tensor:
        return torch.ones(self.n_genes)

    def hidden_share(self) -> Tensor:
        return torch.zeros(self.n_genes)


class BernoulliGate(Gate):
    """Learnable dropout: gene i is replaced by the reference with probability p_i.

    While training, x_i becomes m_i x_i + (1 - m_i) reference, where m_i is a draw of the concrete
    (relaxed Bernoulli) distribution, m = sigmoid((logit(1 - p) + logit(u)) / temperature), u
    uniform. While evaluating, m_i is its probability 1 - p_i. The parameter is logit(1 - p).

    Maddison, Mnih and Teh 2017, equation 4 (doi:10.48550/arXiv.1611.00712); Gal, Hron and Kendall
    2017 (doi:10.48550/arXiv.1705.07832).
    """

    name = "bernoulli"

    def __init__(self, n_genes: int, settings: GateSettings | None = None) -> None:
        super().__init__(n_genes, settings)
        p = torch.tensor(self.settings.initial_dropout)
        self.logit_keep = nn.Parameter(torch.full((n_genes,), float(torch.logit(1 - p))))

    def forward(self, x: Tensor) -> Tensor:
        return self._apply_mask(x)[0]

    def sample_hidden(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        noisy, mask = self._apply_mask(x)
        return noisy, 1 - mask

    def penalty(self) -> Tensor:
        if self.settings.penalty_form == "linear":
            return torch.sigmoid(self.logit_keep).mean()
        return -nn.functional.logsigmoid(-self.logit_keep).mean()

    def scores(self) -> Tensor:
        # The logit orders as 1 - p does and does not tie where 1 - p rounds to 1.
        return self.logit_keep.detach().clone()

    def hidden_share(self) -> Tensor:
        return torch.sigmoid(-self.logit_keep).detach()

    def replaced_share(self) -> Tensor:
        return self.hidden_share()

    def _apply_mask(self, x: Tensor) -> tuple[Tensor, Tensor]:
        reference = self.settings.reference
        if reference:
            x = x - reference
        if self.training:
            noisy, mask = _Concrete.apply(x, self.logit_keep, logistic(x), self.temperature)
        else:
            mask = torch.sigmoid(self.logit_keep).expand_as(x)
            noisy = x * mask
        return noisy + reference if reference else noisy, mask


class _Concrete(torch.autograd.Function):
    """x m with m = sigmoid((logit + noise) / temperature), and m, which carries no gradient.

    Written by hand, since autograd would keep and pass over twice as many arrays of the size of x.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, logit: Tensor, noise: Tensor, temperature: float
    ) -> tuple[Tensor, Tensor]:
        mask = torch.add(logit / temperature, noise, alpha=1 / temperature).sigmoid_()
        noisy = x * mask
        ctx.save_for_backward(noisy, mask)
        ctx.mark_non_differentiable(mask)
        ctx.temperature = temperature
        return noisy, mask

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor, None, None]:
        noisy, mask = ctx.saved_tensors
        to_x = gradients[0] * mask if ctx.needs_input_grad[0] else None
        # d(x m) / d logit = x m (1 - m) / temperature
        each = gradients[0] * noisy
        to_logit = torch.addcmul(each, each, mask, value=-1).sum(0) / ctx.temperature
        return to_x, to_logit, None, None


class GaussianGate(Gate):
    """Learnable additive noise: x_i becomes x_i + sigma_i e, e standard normal, while training.

    The penalty is the mean over genes of log(1 + 1 / sigma_i^2), twice the capacity in nats of
    the noisy channel of a unit-variance input. The parameter is log sigma.
    """

    name = "gaussian"

    def __init__(self, n_genes: int, settings: GateSettings | None = None) -> None:
        super().__init__(n_genes, settings)
        p = torch.tensor(self.settings.initial_dropout)
        # sigma^2 / (1 + sigma^2) = p, so log sigma = logit(p) / 2
        self.log_sigma = nn.Parameter(torch.full((n_genes,), float(torch.logit(p)) / 2))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(x, self.log_sigma.exp(), normal(x)) if self.training else x

    def penalty(self) -> Tensor:
        return nn.functional.softplus(-2 * self.log_sigma).mean()

    def scores(self) -> Tensor:
        # Orders as 1 / sigma does, without overflow.
        return -self.log_sigma.detach()

    def hidden_share(self) -> Tensor:
        return torch.sigmoid(2 * self.log_sigma).detach()


GATES: dict[str, type[Gate]] = {gate.name: gate for gate in (OpenGate, BernoulliGate, GaussianGate)}


def make_gate(name: str, n_genes: int, settings: GateSettings) -> Gate:
    """Return a fresh gate by its configured name; KeyError where there is none of that name."""
    if name not in GATES:
        raise KeyError(f"{name!r} is not a gate; the gates are {', '.join(GATES)}")
    return GATES[name](n_genes, settings)
