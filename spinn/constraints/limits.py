"""Which genes may join a panel: no excluded one, few of a group, within a budget.

The sets of genes with at most so many of each group, and at most so many in all, are the
independent sets of a matroid (a truncated partition matroid). So taking the cheapest genes in turn
fills a panel most cheaply, and what a given gene adds to that cost follows from one exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """What is allowed of the genes of some data; never changed in place.

    Arrays have the shape (genes,). A gene joins only while fewer than ``max_per_group`` of its
    group are in the panel.
    """

    candidates: NDArray[np.bool_]  # whether a panel may hold the gene at all
    group: Positions  # the number of its group, from 0; a gene without a group forms one
    cost: NDArray[np.float64]  # finite, at least 0
    max_per_group: int = 1  # at least 1
    budget: float = np.inf  # what the genes of a panel may cost together; infinite for any

    @property
    def are_coupled(self) -> bool:
        """Whether one gene in a panel can rule out another."""
        together = np.bincount(self.group).max() > self.max_per_group
        return bool(np.isfinite(self.budget) or together)

    def cheapest(self, chosen: Sequence[int], size: int) -> Positions:
        """Return the cheapest genes that fill ``chosen`` up to ``size``; fewer if too few are left.

        Ties go to the earlier gene.
        """
        order = np.flatnonzero(self._free(chosen))
        order = order[np.argsort(self.cost[order], kind="stable")]
        group = self.group[order]
        by_group = np.argsort(group, kind="stable")
        rank = np.empty_like(group)  # among the genes of the same group
        rank[by_group] = np.arange(len(group)) - np.searchsorted(group[by_group], group[by_group])
        order = order[rank + self._times(chosen)[group] < self.max_per_group]
        return order[: max(size - len(chosen), 0)]

    def may_join(self, chosen: Sequence[int], size: int) -> NDArray[np.bool_]:
        """Return which genes may join ``chosen`` so that a panel of ``size`` stays possible.

        Shape (genes,). A gene that may not join will not later either: more genes only add limits.

        Notes
        -----
        Let T be the cheapest completion of the chosen genes S. With gene g outside T the cheapest
        completion is T + g less the costliest gene of the one circuit that g closes: the genes of T
        in g's group where S and T fill that group, else all of T.
        """
        free, n_missing = self._free(chosen), size - len(chosen)
        if not self.are_coupled:
            return free & (1 <= n_missing <= free.sum())
        rest = self.cheapest(chosen, size)
        slack = self.money_left([*chosen, *rest])
        if len(rest) < max(n_missing, 1) or slack < 0:
            return np.zeros_like(free)
        taken = self._times(chosen)
        costliest = np.zeros(len(taken))
        np.maximum.at(costliest, self.group[rest], self.cost[rest])
        fills = taken + self._times(rest) >= self.max_per_group
        freed = np.where(fills, costliest, self.cost[rest].max())[self.group]
        affordable = self.cost - freed <= slack
        affordable[rest] = True
        return free & (taken < self.max_per_group)[self.group] & affordable

    def money_left(self, genes: Sequence[int]) -> float:
        """Return what some genes leave of the budget, up to rounding; below 0: too expensive."""
        spent = float(self.cost[list(genes)].sum())
        return self.budget - spent + 1e-9 * max(1.0, spent)

    def _free(self, chosen: Sequence[int]) -> NDArray[np.bool_]:
        free = self.candidates.copy()
        free[list(chosen)] = False
        return free

    def _times(self, genes: Sequence[int] | Positions) -> Positions:
        """Return how many of some genes each group has, shape (groups,)."""
        n_groups = int(self.group.max()) + 1
        return np.bincount(self.group[np.asarray(genes, dtype=np.int64)], minlength=n_groups)
