"""Concrete layers: gates that let exactly k genes through, chosen by relaxed one-hot rows.

Each of k rows holds a logit per gene; a draw of a row is softmax((logits + Gumbel noise) /
temperature), which turns one-hot as the temperature falls (`GateSettings.final_temperature`).
Distinct genes come by construction: while training, a gene that a row prefers is closed to all
others; when reading, rows and genes are matched one to one.
"""

from abc import ABC, abstractmethod

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from spinn.networks.gates import Gate
from spinn.networks.noise import gumbel
from spinn.settings import GateSettings

# That a step draws at most, 2 MB: one mask per cell where they fit, else cells share masks in turn.
DRAWS = 2**19


class ConcreteChoice(Gate, ABC):
    """k rows of logits; abstract.

    Parameters
    ----------
    logits
        Shape (k, genes), with k at most the number of genes that are not required.
    required
        Shape (genes,), bool: the genes that are seen whatever the rows choose.
    settings
        Its temperatures are used.
    """

    def __init__(self, logits: Tensor, required: Tensor, settings: GateSettings) -> None:
        super().__init__(logits.shape[1], settings)
        self.logits = nn.Parameter(logits)
        self.required: Tensor
        self.register_buffer("required", required)

    @abstractmethod
    def read(self, weight: Tensor) -> Tensor:
        """Return the columns of first-layer weights that belong to `chosen`, shape (h, panel)."""

    def chosen(self) -> Tensor:
        """Return the positions of the genes let through, distinct: the required, then by row.

        Rows and genes are matched so that the sum of the logits is largest.
        """
        free = torch.nonzero(~self.required).ravel()
        score = self.logits.detach()[:, free].double().cpu().numpy()
        _, columns = linear_sum_assignment(score, maximize=True)
        by_row = free[torch.as_tensor(columns, device=free.device)]
        return torch.cat([torch.nonzero(self.required).ravel(), by_row])

    def penalty(self) -> Tensor:
        return torch.zeros((), device=self.logits.device)

    def scores(self) -> Tensor:
        top = self.logits.detach().amax(0)
        return torch.where(self.required, self.logits.detach().max() + 1, top)

    def hidden_share(self) -> Tensor:
        seen = torch.softmax(self._open_logits().detach(), 1).amax(0)
        return torch.where(self.required, 0.0, 1 - seen)

    def _draw(self, n: int) -> Tensor:
        """Return ``n`` draws of all rows, shape (n, k, genes), each row summing to 1."""
        logits = self._open_logits().expand(n, -1, -1)
        return torch.softmax((logits + gumbel(logits)) / self.temperature, -1)

    def _open_logits(self) -> Tensor:
        """Return the logits, -inf where a gene is required or another row's favourite.

        Of the rows with one favourite the one with the largest logit keeps it.
        """
        best, favourite = self.logits.detach().masked_fill(self.required, -torch.inf).max(1)
        top = best.new_full((self.logits.shape[1],), -torch.inf)
        top = top.scatter_reduce(0, favourite, best, "amax")
        owns = best >= top[favourite]
        closed = (top > -torch.inf).expand_as(self.logits).clone()
        closed[torch.nonzero(owns).ravel(), favourite[owns]] = False
        return self.logits.masked_fill(closed | self.required, -torch.inf)


class KHotMask(ConcreteChoice):
    """Inputs times a mask that is 1 for k genes: the largest draw of any row, gene by gene.

    References
    ----------
    Covert et al. 2023, PERSIST (doi:10.1038/s41467-023-37392-1).
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            n = max(1, min(len(x), DRAWS // self.logits.numel()))
            mask = self._draw(n).amax(1).masked_fill(self.required, 1.0)
            return x * mask[torch.arange(len(x), device=x.device) % n]
        mask = torch.zeros_like(x[0])
        mask[self.chosen()] = 1.0
        return x * mask

    def read(self, weight: Tensor) -> Tensor:
        return weight[:, self.chosen()]

    def keep(self, index: Tensor) -> "KHotMask":
        logits = self.logits.detach()[:, index].clone()
        return KHotMask(logits, self.required[index], self.settings).train(self.training)


class ConcreteSelector(ConcreteChoice):
    """One channel per row, the draw's mixture of genes; before them one per required gene.

    A step has one draw for all cells, as in the paper.

    References
    ----------
    Abid, Balin and Zou 2019, "Concrete autoencoders", section 3 (doi:10.48550/arXiv.1901.09346).
    """

    def __init__(self, logits: Tensor, required: Tensor, settings: GateSettings) -> None:
        super().__init__(logits, required, settings)
        self.n_channels = int(required.sum()) + len(logits)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return torch.cat([x[:, self.required], x @ self._draw(1)[0].T], 1)
        return x[:, self.chosen()]

    def read(self, weight: Tensor) -> Tensor:
        return weight

    def keep(self, index: Tensor) -> "ConcreteSelector":
        logits = self.logits.detach()[:, index].clone()
        return ConcreteSelector(logits, self.required[index], self.settings).train(self.training)
