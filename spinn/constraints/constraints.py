"""What every panel must hold, may not hold, and may cost; by the names of genes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from spinn.constraints.limits import Limits


@dataclass(frozen=True)
class Constraints:
    """What is required of every panel, gene by gene; no gene may be both required and excluded.

    A panel holds at most ``max_per_group`` genes of each group, unless more are required: required
    genes always join. A gene counts as if its rank were divided by its weight: the only preference
    here, all else are requirements.
    """

    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    group: Mapping[str, str] = field(default_factory=dict)  # gene to the name of its group
    max_per_group: int = 1
    cost: Mapping[str, float] = field(default_factory=dict)  # at least 0; 1 where absent
    budget: float | None = None  # what the genes of a panel may cost together; None for any
    weight: Mapping[str, float] = field(default_factory=dict)  # above 0; 1 where absent

    def __post_init__(self) -> None:
        if both := sorted(set(self.required) & set(self.excluded)):
            raise ValueError(
                f"genes both required and excluded: {', '.join(both[:5])}; keep each in one list"
            )

    def required_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of the required genes, in the user's order."""
        position = {gene: i for i, gene in enumerate(genes)}
        return np.array([position[gene] for gene in self.required], dtype=np.int64)

    def candidate_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the sorted positions of the genes that a panel may hold."""
        excluded = set(self.excluded)
        return np.array([i for i, gene in enumerate(genes) if gene not in excluded], dtype=np.int64)

    def weights(self, genes: Sequence[str]) -> NDArray[np.float64]:
        """Return each gene's weight, shape (genes,)."""
        return np.array([self.weight.get(gene, 1.0) for gene in genes])

    def limits(self, genes: Sequence[str]) -> Limits:
        """Return the limits for some genes, by position."""
        candidates = np.zeros(len(genes), dtype=bool)
        candidates[self.candidate_positions(genes)] = True
        # A pair, so that no name of a group can be the same as that of a gene without one.
        names = [("group", self.group[g]) if g in self.group else ("gene", g) for g in genes]
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        group = np.array([number[name] for name in names], dtype=np.int64)
        cost = np.array([self.cost.get(gene, 1.0) for gene in genes], dtype=np.float64)
        budget = np.inf if self.budget is None else self.budget
        return Limits(candidates, group, cost, self.max_per_group, budget)

    def of_names_only(self) -> "Constraints":
        """Return what concerns each gene alone: required and excluded."""
        return replace(self, group={}, cost={}, budget=None, weight={})

    def check_sizes(self, sizes: Sequence[int], genes: Sequence[str]) -> None:
        """Raise unless there are sizes, and panels of each are possible with ``genes``."""
        low, high = max(1, len(self.required)), len(self.candidate_positions(genes))
        wrong = [size for size in sizes if not low <= size <= high]
        if wrong or not sizes:
            raise ValueError(
                f"sizes must lie in {low}..{high}, got {wrong[:5]}; {len(self.required)} genes "
                f"are required and {high} of {len(genes)} may be chosen"
            )
        limits, required = self.limits(genes), self.required_positions(genes).tolist()
        panel = [*required, *limits.cheapest(required, max(sizes)).tolist()]
        if len(panel) < max(sizes):
            raise ValueError(
                f"a panel of {max(sizes)} genes is impossible: groups leave {len(panel)}, at most "
                f"{self.max_per_group} of each; request smaller panels or allow more of a group"
            )
        if limits.money_left(panel) < 0:
            cost = limits.cost[panel].sum()
            fixed = f", {limits.cost[required].sum():g} of it the required" if required else ""
            raise ValueError(
                f"a panel of {max(sizes)} genes costs at least {cost:g}{fixed}, the budget is "
                f"{limits.budget:g}; request smaller panels or allow more"
            )
