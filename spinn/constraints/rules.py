"""What a config says about genes, and which constraints follow for some data."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinn.constraints.constraints import Constraints
from spinn.constraints.terms import is_family, matched, members, union
from spinn.names import GeneNames, with_offers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest mean expression, log-normalised, over training cells; None for any."""

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(
                "the minimum expression must not be above the maximum, "
                f"got {self.low:g} and {self.high:g}"
            )

    def hold(self, mean: float) -> bool:
        """Return whether a gene's mean lies within, the ends included."""
        return (self.low is None or mean >= self.low) and (self.high is None or mean <= self.high)


@dataclass(frozen=True)
class LoadLimits:
    """Limits of molecules per cell, from training cells; None for any.

    Parameters
    ----------
    max_per_gene
        Of a gene, mean over all cells.
    max_per_type
        Of a gene, mean in any one cell type.
    max_total_per_type
        Of all genes of a panel together, in any one type.
    min_in_some_type
        Of a gene, mean in the type that has most of it.
    max_share_of_three
        Of a panel's molecules, what its three heaviest genes carry, 0 to 1. For panels of twice as
        many genes as are needed if all were equal: 24 for a share of 1/4.
    """

    max_per_gene: float | None = None
    max_per_type: float | None = None
    max_total_per_type: float | None = None
    min_in_some_type: float | None = None
    max_share_of_three: float | None = None


@dataclass(frozen=True)
class GeneRules:
    """What a config says about genes, without data.

    ``required``, ``excluded`` and the column `gene` of ``rows`` hold terms, see
    `spinn.constraints.terms`: names and families. A row of the gene table may also have `group`,
    `weight`, `cost`, `min_expression` and `max_expression`. A name's row takes precedence over a
    family's, and its bounds over ``expression``, those of every gene. ``available`` are the terms
    of genes that can be ordered at all; None for any. ``markers_per_type`` is None for the default:
    two where cell types are known and a panel has three genes for each. ``base`` are the names of
    genes that are measured anyway, ``slots`` those of what takes room and is no gene of the data.
    Genes ``advised_against``, by name or symbol in any case, are excluded unless they are required.
    Families read the symbols of ``known``.
    """

    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    max_per_group: int = 1
    budget: float | None = None
    expression: Bounds = Bounds()
    load: LoadLimits = LoadLimits()
    markers_per_type: int | None = None
    available: tuple[str, ...] | None = None
    base: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    advised_against: tuple[str, ...] = ()
    known: GeneNames | None = None  # the data's genes, see `spinn.constraints.matching`

    def __post_init__(self) -> None:
        Constraints(self.required, self.excluded)  # refuses a term of both
        listed = (row["gene"] for row in self.rows)
        for term in (*self.required, *self.excluded, *(self.available or ()), *listed):
            members(term, ())  # refuses what is no term
        for row in self.rows:
            try:
                self._bounds(row.get("min_expression"), row.get("max_expression"))
            except ValueError as error:
                raise ValueError(f"{row['gene']}: {error}") from None

    def matched(self, terms: Sequence[str], genes: Sequence[str]) -> dict[str, list[str]]:
        """Return the genes of each term."""
        return matched(terms, genes, {} if self.known is None else self.known.shown)

    def column(self, name: str, genes: Sequence[str]) -> dict[str, Any]:
        """Return the values in a column of the table, by gene; genes without a value are absent."""
        values = [(row["gene"], row[name]) for row in self.rows if row.get(name) is not None]
        families_first = sorted(values, key=lambda pair: not is_family(pair[0]))
        genes_of = self.matched([term for term, _ in families_first], genes)
        return {gene: value for term, value in families_first for gene in genes_of[term]}

    def bounds(self, genes: Sequence[str]) -> dict[str, Bounds]:
        """Return the bounds of each gene that has any."""
        low, high = (self.column(f"{end}_expression", genes) for end in ("min", "max"))
        bounds = {gene: self._bounds(low.get(gene), high.get(gene)) for gene in genes}
        return {gene: each for gene, each in bounds.items() if each != Bounds()}

    def resolve(self, genes: Sequence[str], mean: NDArray[np.floating]) -> Constraints:
        """Return the constraints that follow for some data.

        ``mean`` has the shape (genes,): log-normalised, over the training cells. A name takes
        precedence over a family: `excluded: [prefix:MT-]` and `required: [MT-CO1]` both hold. A
        gene outside its bounds is excluded, unless it is required. Two families that require and
        exclude the same gene are a ValueError, a required term that matches none is a KeyError.
        """
        required, excluded = (
            self.matched(terms, genes) for terms in (self.required, self.excluded)
        )
        if absent := [term for term, matches in required.items() if not matches]:
            raise KeyError(
                f"genes.required: {len(absent)} absent from the data: "
                f"{with_offers(absent, self.known.words if self.known else genes)}; "
                "names must match the var names"
            )
        for term, matches in (required | excluded).items():
            if is_family(term):
                level = logging.INFO if matches else logging.WARNING
                log.log(level, "genes: %s matches %d of %d genes", term, len(matches), len(genes))
        named, banned = set(self.required), set(self.excluded)
        wanted = [gene for gene in union(required) if gene not in banned]
        unwanted = [gene for gene in union(excluded) if gene not in named]
        mean_of = dict(zip(genes, mean.tolist(), strict=True))
        bounds = self.bounds(genes)
        outside = [gene for gene, each in bounds.items() if not each.hold(mean_of[gene])]
        if outside:
            log.info("genes: %d of %d are outside their bounds", len(outside), len(genes))
        if forced := sorted(set(outside) & set(wanted)):
            message = "genes: %d outside their expression bounds are required, and stay: %s"
            log.warning(message, len(forced), ", ".join(forced[:5]))
        unwanted += sorted(set(outside) - set(wanted) - set(unwanted))
        base = self.base_in(genes)
        wanted = [gene for gene in wanted if gene not in base]
        avoided = self.advised_in(genes) - {*wanted, *unwanted}
        unwanted += sorted(avoided)
        unwanted += self._unavailable(genes, wanted, unwanted)
        group, cost, weight = (self.column(name, genes) for name in ("group", "cost", "weight"))
        # What is measured anyway can be neither asked for nor forbidden.
        return Constraints(
            tuple(wanted),
            tuple(gene for gene in unwanted if gene not in base),
            group,
            self.max_per_group,
            cost,
            self.budget,
            weight,
            base=base,
            slots=self._slots_beside(genes),
        )

    def base_in(self, genes: Sequence[str]) -> tuple[str, ...]:
        """Return the genes of the base that the data have, in the base's order."""
        present = set(genes)
        return tuple(gene for gene in self.base if gene in present)

    def advised_in(self, genes: Sequence[str]) -> set[str]:
        """Return the genes of the data that are advised against."""
        symbols = {} if self.known is None else self.known.shown
        words = {word.casefold() for word in self.advised_against}
        return {g for g in genes if {g.casefold(), symbols.get(g, "").casefold()} & words}

    def _slots_beside(self, genes: Sequence[str]) -> tuple[str, ...]:
        """Return the slots; ValueError where one is a gene of the data or of the base."""
        words = set(self.known.words) if self.known else set(genes)
        if taken := [name for name in self.slots if name in words | set(self.base)]:
            raise ValueError(
                f"genes.slots: must be names that are no genes of the data, got {taken[0]}; "
                "require it as a gene instead"
            )
        return self.slots

    def available_in(self, genes: Sequence[str]) -> set[str]:
        """Return the genes of the data that can be ordered: by name, id or symbol, or a family."""
        available = set(self.available or ())
        families = [term for term in available if is_family(term)]
        by_word = self.known.named_any(available) if self.known else available
        return set(genes) & {*by_word, *union(self.matched(families, genes))}

    def _unavailable(
        self, genes: Sequence[str], wanted: Sequence[str], unwanted: Sequence[str]
    ) -> list[str]:
        """Return further genes that cannot be ordered; ValueError where one is required."""
        if self.available is None:
            return []
        available = self.available_in(genes)
        if not available:
            raise ValueError(
                f"genes.available: none of {len(self.available)} names is in the data; names must "
                "match the var names"
            )
        if absent := [gene for gene in wanted if gene not in available]:
            raise ValueError(
                f"genes.required: {len(absent)} cannot be ordered, since genes.available lacks "
                f"them: {', '.join(absent[:5])}; take them out of one or add them to the other"
            )
        log.info("genes: %d of %d are available", len(available), len(genes))
        return [gene for gene in genes if gene not in available | set(unwanted)]

    def _bounds(self, low: float | None, high: float | None) -> Bounds:
        """Return the bounds of a row or gene; ends that it lacks are those of all genes."""
        every = self.expression
        return Bounds(every.low if low is None else low, every.high if high is None else high)
