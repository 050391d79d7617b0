"""Which genes may join a panel: no excluded one, few of a group, within budgets, enough markers.

A panel may be filled in many ways. `completion` finds one: markers that are still missing, then the
cheapest genes, or where that fails an exact solution of the integer program. A gene may join when
it can take the place of one gene of the completion, so a panel that grows by `may_join` never ends
in a dead end. Where only groups and one budget count the answer is exact, since the sets with at
most so many genes of each group are the independent sets of a matroid. With several budgets or
markers it may pass over a gene that would need two exchanges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.constraints.integer_program import Needed, cheapest_set

Positions = NDArray[np.int64]
Genes = NDArray[np.bool_]  # shape (genes,)


def _no_rows() -> Floats:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class Limits:
    """What is allowed of the genes of some data; never changed in place.

    Arrays have the shape (genes,), those of types (types, genes). A gene joins only while fewer
    than ``max_per_group`` of its group are in the panel.
    """

    candidates: Genes  # whether a panel may hold the gene at all
    group: Positions  # the number of its group, from 0; a gene without a group forms one
    cost: Floats  # finite, at least 0
    max_per_group: int = 1  # at least 1
    budget: float = np.inf  # what the genes of a panel may cost together; infinite for any
    load: Floats = field(default_factory=_no_rows)  # molecules per cell of a type, at least 0
    max_load: float = np.inf  # of the genes of a panel together, in each type
    markers: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    wanted: Positions = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # per type
    by: int = 0  # the size at which a panel must hold the markers that are wanted

    @property
    def are_coupled(self) -> bool:
        """Whether one gene in a panel can rule out another."""
        together = np.bincount(self.group).max() > self.max_per_group
        return bool(together or np.isfinite(self._budgets).any() or self.wanted.any())

    @cached_property
    def _costs(self) -> Floats:
        """Return what is bounded over a panel, money first, shape (1 + types, genes)."""
        return np.vstack([self.cost, *self.load])

    @cached_property
    def _budgets(self) -> Floats:
        return np.array([self.budget, *[self.max_load] * len(self.load)])

    @cached_property
    def _of_type(self) -> NDArray[np.bool_]:
        """Return which genes are markers of which type, shape (types, genes)."""
        return self.markers.reshape(len(self.wanted), len(self.group))

    def _price(self, chosen: Sequence[int]) -> Floats:
        """Return each gene's share of what is left of all budgets, or its cost without any."""
        bounded = np.isfinite(self._budgets)
        if not self.load.size or not bounded.any():
            return self.cost
        budgets = self._budgets[bounded]
        left = np.maximum(
            self._left(chosen)[bounded], 1e-3 * budgets
        )  # an exact program needs scale
        return np.asarray((self._costs[bounded] / left[:, None]).sum(axis=0))

    def cheapest(self, chosen: Sequence[int], size: int) -> Positions:
        """Return the cheapest genes that fill ``chosen`` up to ``size``; fewer if too few are left.

        Groups count, budgets and markers do not. Ties go to the earlier gene.
        """
        order = np.flatnonzero(self._free(chosen))
        order = order[np.argsort(self._price(chosen)[order], kind="stable")]
        group = self.group[order]
        by_group = np.argsort(group, kind="stable")
        rank = np.empty_like(group)  # among the genes of the same group
        rank[by_group] = np.arange(len(group)) - np.searchsorted(group[by_group], group[by_group])
        order = order[rank + self._times(chosen)[group] < self.max_per_group]
        return order[: max(size - len(chosen), 0)]

    def completion(self, chosen: Sequence[int], size: int) -> tuple[Positions, Positions] | None:
        """Return genes that make ``chosen`` a panel of ``size``: missing markers, and the others.

        None if no such panel exists.
        """
        for is_cheap in (False, True) if self.wanted.any() else (False,):
            if (rest := self._greedy_completion(chosen, size, is_cheap=is_cheap)) is not None:
                return rest
        if not (self.load.size or self.wanted.any()):
            return None
        return self._exact_completion(chosen, size)

    def may_join(self, chosen: Sequence[int], size: int) -> Genes:
        """Return which genes may join ``chosen`` so that a panel of ``size`` stays possible.

        Shape (genes,). A gene that may not join now may join later only once due markers are in.
        """
        free, n_missing = self._free(chosen), size - len(chosen)
        if not self.are_coupled:
            return free & (1 <= n_missing <= free.sum())
        completion = self.completion(chosen, size) if n_missing > 0 else None
        if completion is None:
            return np.zeros_like(free)
        cover, others = completion
        stands_in = [self._stands_in(gene, chosen, cover) for gene in cover]
        # With no place to spare before the markers are due, only what brings one nearer may join.
        is_spare = not len(cover) or len(chosen) + len(cover) < self.by
        is_timely = np.asarray(np.any([np.full_like(free, is_spare), *stands_in], axis=0))
        is_open = np.isin(np.arange(len(free)), cover)
        is_open |= np.isin(np.arange(len(free)), others) & is_timely
        free &= (self._times(chosen) < self.max_per_group)[self.group]
        rest = np.concatenate([cover, others])
        is_full = self._times([*chosen, *rest]) >= self.max_per_group
        slack = self._left([*chosen, *rest])[:, None]
        for replaced, is_enough in zip(rest, [*stands_in, *[is_timely] * len(others)], strict=True):
            if not (free & ~is_open).any():
                break
            fits = ~is_full[self.group] | (self.group == self.group[replaced])
            affordable = (self._costs - self._costs[:, [replaced]] <= slack).all(axis=0)
            is_open |= is_enough & fits & affordable
        return free & is_open

    def money_left(self, genes: Sequence[int]) -> float:
        """Return what some genes leave of the budget, up to rounding; below 0: too expensive."""
        return float(self._left(genes)[0])

    def _left(self, genes: Sequence[int] | Positions) -> Floats:
        """Return what some genes leave of all budgets, up to rounding, shape (1 + types,)."""
        spent = self._costs[:, np.asarray(genes, dtype=np.int64)].sum(axis=1)
        return np.asarray(self._budgets - spent + 1e-9 * np.maximum(1.0, spent))

    def _missing(self, genes: Sequence[int] | Positions) -> Positions:
        """Return how many markers some genes lack, shape (types,)."""
        held = self._of_type[:, np.asarray(genes, dtype=np.int64)].sum(axis=1)
        return np.maximum(self.wanted - held, 0)

    def _stands_in(self, gene: int, chosen: Sequence[int], cover: Positions) -> Genes:
        """Return which genes can take the place of one marker without a type going short."""
        others = [*chosen, *cover[cover != gene]]
        return np.asarray(self._of_type[self._missing(others) > 0].all(axis=0))

    def _greedy_completion(
        self, chosen: Sequence[int], size: int, *, is_cheap: bool
    ) -> tuple[Positions, Positions] | None:
        """Return a completion in one pass; None where that fails.

        Markers come first: those of most types that miss some, or the cheapest per such type.
        """
        cover: list[int] = []
        while (missing := self._missing([*chosen, *cover])).any():
            together = [*chosen, *cover]
            is_open = self._free(together)
            is_open &= (self._times(together) < self.max_per_group)[self.group]
            gain = np.where(is_open, self._of_type[missing > 0].sum(axis=0), 0)
            if not gain.max(initial=0):
                return None
            price = np.where(gain > 0, self._price(together) / np.maximum(gain, 1), np.inf)
            order = (-gain, price) if is_cheap else (price, -gain)
            cover.append(int(np.lexsort(order)[0]))
        others = self.cheapest([*chosen, *cover], size)
        together = [*chosen, *cover, *others]
        is_late = cover and len(chosen) + len(cover) > self.by
        if is_late or len(together) < size or (self._left(together) < 0).any():
            return None
        return np.array(cover, dtype=np.int64), others

    def _exact_completion(
        self, chosen: Sequence[int], size: int
    ) -> tuple[Positions, Positions] | None:
        """Return the cheapest completion, or None where there is none."""
        times, missing = self._times(chosen), self._missing(chosen)
        free = np.flatnonzero(self._free(chosen) & (times < self.max_per_group)[self.group])
        groups, group = np.unique(self.group[free], return_inverse=True)
        bounded = np.isfinite(self._budgets)
        sets = cheapest_set(
            Needed(
                price=self._price(chosen)[free],
                n_genes=size - len(chosen),
                n_early=min(self.by, size) - len(chosen) if missing.any() else 0,
                group=group,
                room=self.max_per_group - times[groups],
                costs=self._costs[bounded][:, free],
                budgets=self._left(chosen)[bounded],
                markers=self._of_type[:, free],
                missing=missing,
            )
        )
        return None if sets is None else (free[sets[0]], free[sets[1]])

    def _free(self, chosen: Sequence[int]) -> Genes:
        free = self.candidates.copy()
        free[list(chosen)] = False
        return free

    def _times(self, genes: Sequence[int] | Positions) -> Positions:
        """Return how many of some genes each group has, shape (groups,)."""
        n_groups = int(self.group.max()) + 1
        return np.bincount(self.group[np.asarray(genes, dtype=np.int64)], minlength=n_groups)
