"""What every panel must hold, may not hold, and may cost; by the names of genes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.constraints.limits import Limits
from spinn.platforms.heaviest import N_HEAVIEST, smallest_asked

GENES_PER_TYPE = 3  # so large must a panel be, times the types, to hold markers by default


@dataclass(frozen=True)
class MarkerRule:
    """How many markers of each type a panel must hold.

    Parameters
    ----------
    markers
        Cell type to the genes that count as its markers.
    per_type
        How many of them a panel must hold; fewer where a type has fewer that may be chosen.
    is_demanded
        Whether panels of any size must hold them, as where a user asks for a number. Otherwise
        only panels of three genes per type and more do, unless other limits do not allow it.
    """

    markers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    per_type: int = 0
    is_demanded: bool = False

    def sizes(self, sizes: Sequence[int]) -> list[int]:
        """Return the sizes, ascending, at which a panel must hold the markers, if it can."""
        if not (self.per_type and self.markers):
            return []
        smallest = 1 if self.is_demanded else GENES_PER_TYPE * len(self.markers)
        return sorted(size for size in sizes if size >= smallest)


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
    load: Mapping[str, Sequence[float]] = field(default_factory=dict)  # molecules in each type
    max_load: float | None = None  # molecules of a panel in any type; None for any
    overall: Mapping[str, float] = field(default_factory=dict)  # molecules per cell, all types
    max_share: float | None = None  # of a panel's molecules in its three heaviest genes
    marker_rule: MarkerRule = MarkerRule()
    base: tuple[str, ...] = ()  # genes of the data that are measured anyway, and cost nothing
    slots: tuple[str, ...] = ()  # names that take the room of a gene and are none of the data

    def __post_init__(self) -> None:
        if both := sorted(set(self.required) & set(self.excluded)):
            raise ValueError(
                f"genes both required and excluded: {', '.join(both[:5])}; keep each in one list"
            )

    def modelled(self) -> "Constraints":
        """Return the constraints of panels that hold the base too, and no slots."""
        if not (self.base or self.slots):
            return self
        required = (*self.base, *(gene for gene in self.required if gene not in self.base))
        cost = {**self.cost, **dict.fromkeys(self.base, 0.0)}
        return replace(self, required=required, cost=cost, base=(), slots=())

    def modelled_sizes(self, sizes: Sequence[int]) -> list[int]:
        """Return how many genes are modelled in panels that add as many as ``sizes``."""
        return [size + len(self.base) - len(self.slots) for size in sizes]

    def required_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of the required genes, in the user's order."""
        position = {gene: i for i, gene in enumerate(genes)}
        return np.array([position[gene] for gene in self.required], dtype=np.int64)

    def candidate_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the sorted positions of the genes that a panel may hold."""
        excluded = set(self.excluded)
        return np.array([i for i, gene in enumerate(genes) if gene not in excluded], dtype=np.int64)

    def weights(self, genes: Sequence[str]) -> Floats:
        """Return each gene's weight, shape (genes,)."""
        return np.array([self.weight.get(gene, 1.0) for gene in genes])

    def limits(self, genes: Sequence[str], sizes: Sequence[int]) -> Limits:
        """Return the limits for some genes, by position, and nested panels of some sizes.

        Markers are due in the smallest panel that can hold them; in none where none can.
        """
        limits = self._without_markers(genes)
        required = self.required_positions(genes).tolist()
        for size in self.marker_rule.sizes(sizes):
            with_markers = self._with_markers(limits, genes, size)
            if with_markers.completion(required, max(sizes)) is not None:
                return with_markers
        return limits

    def _without_markers(self, genes: Sequence[str]) -> Limits:
        candidates = np.zeros(len(genes), dtype=bool)
        candidates[self.candidate_positions(genes)] = True
        # A pair, so that no name of a group can be the same as that of a gene without one.
        names = [("group", self.group[g]) if g in self.group else ("gene", g) for g in genes]
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return Limits(
            candidates,
            group=np.array([number[name] for name in names], dtype=np.int64),
            cost=np.array([self.cost.get(gene, 1.0) for gene in genes], dtype=np.float64),
            max_per_group=self.max_per_group,
            budget=np.inf if self.budget is None else self.budget,
            load=self._loads(genes),
            max_load=np.inf if self.max_load is None else self.max_load,
        )

    def of_names_only(self) -> "Constraints":
        """Return what concerns each gene alone: required and excluded."""
        return Constraints(self.required, self.excluded)

    def too_heavy(self, panel: Sequence[str]) -> set[str]:
        """Return the genes as heavy as those by which three carry too much of a panel's molecules.

        Required genes are left out. Panels with less than twice the genes that the share needs, if
        all were equal, are not asked.
        """
        if self.max_share is None or len(panel) < smallest_asked(self.max_share):
            return set()
        molecules = sorted((self.overall[gene] for gene in panel), reverse=True)
        allowed = self.max_share * sum(molecules)
        if sum(molecules[:N_HEAVIEST]) <= allowed * (1 + 1e-9):
            return set()
        least = min(load for load in molecules[:N_HEAVIEST] if load > allowed / N_HEAVIEST)
        heavy = {gene for gene, load in self.overall.items() if load >= least}
        return heavy - set(self.required) - set(self.base)

    def without(self, genes: Iterable[str]) -> "Constraints":
        """Return the constraints that exclude further genes."""
        return replace(self, excluded=tuple(dict.fromkeys([*self.excluded, *sorted(genes)])))

    def n_markers(self, sizes: Sequence[int], genes: Sequence[str]) -> int:
        """Return how many markers nested panels must hold, those of several types counted so."""
        return int(self.limits(genes, sizes).wanted.sum())

    def check_sizes(self, sizes: Sequence[int], genes: Sequence[str]) -> None:
        """Raise ValueError unless there are sizes, and panels of each are possible."""
        if self.base or self.slots:
            if self.slots and min(sizes, default=0) <= len(self.slots):
                raise ValueError(
                    f"sizes must leave room for a gene beside {len(self.slots)} slots, got "
                    f"{min(sizes, default=0)}"
                )
            self.modelled().check_sizes(self.modelled_sizes(sizes), genes)
            return
        low, high = max(1, len(self.required)), len(self.candidate_positions(genes))
        wrong = [size for size in sizes if not low <= size <= high]
        if wrong or not sizes:
            raise ValueError(
                f"sizes must lie in {low}..{high}, got {wrong[:5]}; {len(self.required)} genes "
                f"are required and {high} of {len(genes)} may be chosen"
            )
        limits, required = self._demanded(genes, sizes), self.required_positions(genes).tolist()
        panel = [*required, *limits.cheapest(required, max(sizes)).tolist()]
        if len(panel) < max(sizes):
            raise ValueError(
                f"a panel of {max(sizes)} genes is impossible: groups leave {len(panel)}, at most "
                f"{self.max_per_group} of each; request smaller panels or allow more of a group"
            )
        if self.max_load is None and not limits.wanted.any() and limits.money_left(panel) < 0:
            cost = limits.cost[panel].sum()
            fixed = f", {limits.cost[required].sum():g} of it the required" if required else ""
            raise ValueError(
                f"a panel of {max(sizes)} genes costs at least {cost:g}{fixed}, the budget is "
                f"{limits.budget:g}; request smaller panels or allow more"
            )
        if limits.completion(required, max(sizes)) is None:
            raise ValueError(
                f"a panel of {max(sizes)} genes cannot meet together: "
                f"{'; '.join(self._conflict(sizes, genes))}; relax one of them or request another "
                "size"
            )

    def _demanded(self, genes: Sequence[str], sizes: Sequence[int]) -> Limits:
        """Return the limits that the largest panel must meet, impossible ones included."""
        due = self.marker_rule.sizes(sizes)
        if not (due and self.marker_rule.is_demanded):
            return self.limits(genes, sizes)
        return self._with_markers(self._without_markers(genes), genes, due[-1])

    def _loads(self, genes: Sequence[str]) -> Floats:
        """Return molecules per cell, shape (types, genes); none where panels may hold any."""
        if self.max_load is None or not self.load:
            return np.zeros((0, len(genes)))
        return np.array([self.load[gene] for gene in genes], dtype=np.float64).T

    def _with_markers(self, limits: Limits, genes: Sequence[str], by: int) -> Limits:
        of_type = self.marker_rule.markers.values()
        markers = np.array([np.isin(genes, list(names)) for names in of_type])
        available = (markers & limits.candidates).sum(axis=1)
        wanted = np.minimum(self.marker_rule.per_type, available)
        return replace(limits, markers=markers, wanted=wanted, by=by)

    def _conflict(self, sizes: Sequence[int], genes: Sequence[str]) -> list[str]:
        """Return, in words, requirements that cannot be met together, none of them superfluous."""
        n_types, per_type = len(self.marker_rule.markers), self.marker_rule.per_type
        words: dict[str, tuple[str, Any]] = {
            "group": (f"at most {self.max_per_group} genes of a group", {}),
            "budget": (f"a cost of at most {self.budget} (genes.budget)", None),
            "max_load": (
                f"at most {self.max_load} molecules per cell of any type "
                "(genes.load.max_total_per_type)",
                None,
            ),
            "marker_rule": (
                f"{per_type} markers of each of {n_types} types (genes.markers_per_type)",
                MarkerRule(),
            ),
        }
        kept, required = self, self.required_positions(genes).tolist()
        needed = [f"{len(required)} required genes"] if required else []
        for name, (text, nothing) in words.items():
            without = replace(kept, **{name: nothing})
            if without._demanded(genes, sizes).completion(required, max(sizes)) is None:
                kept = without
            else:
                needed.append(text)
        return needed
