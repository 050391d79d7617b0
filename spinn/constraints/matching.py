"""Rules in the words of a user, made rules in the names of some data."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from spinn.constraints.rules import GeneRules
from spinn.constraints.terms import is_family
from spinn.names import MAX_NAMED, GeneNames, with_offers

log = logging.getLogger(__name__)


def with_names(rules: GeneRules, genes: GeneNames) -> GeneRules:
    """Return rules in which names, ids and symbols are names of the data.

    Families stay terms, and read the genes' symbols; so do names that mean no gene. A term that is
    the id or symbol of several genes, a gene that is both required and excluded under two names, or
    one with two rows in the gene table is a ValueError.
    """
    rows = [row["gene"] for row in rules.rows]
    named = _named(rows, genes, "table")
    if repeated := sorted({name for name in named if named.count(name) > 1} if rows else ()):
        raise ValueError(f"the gene table has more than one row for {', '.join(repeated[:5])}")
    return replace(
        rules,
        required=tuple(dict.fromkeys(_named(rules.required, genes, "required"))),
        excluded=tuple(dict.fromkeys(_named(rules.excluded, genes, "excluded"))),
        base=tuple(dict.fromkeys(_named(rules.base, genes, "base"))),
        rows=tuple({**row, "gene": name} for row, name in zip(rules.rows, named, strict=True)),
        known=genes,
    )


def log_absent(rules: GeneRules, genes: GeneNames) -> None:
    """Name the excluded genes and those of the gene table that the data lack, with near names."""
    known = set(genes.names)
    places = {
        "excluded": (logging.WARNING, rules.excluded),
        "table": (logging.INFO, [row["gene"] for row in rules.rows]),
    }
    for place, (level, terms) in places.items():
        absent = [term for term in terms if not is_family(term) and term not in known]
        if absent:
            named = with_offers(absent, genes.words)
            message = "genes.%s: %d of %d absent from the data: %s"
            log.log(level, message, place, len(absent), len(terms), named)


def log_unmodelled(rules: GeneRules, genes: Sequence[str]) -> None:
    """Name the genes of the base that are measured, but are none of the genes that are modelled."""
    modelled = set(genes)
    if absent := [gene for gene in rules.base if gene not in modelled]:
        message = "genes.base: %d of %d are measured, but not modelled (absent or constant): %s"
        log.warning(message, len(absent), len(rules.base), ", ".join(absent[:MAX_NAMED]))


def _named(terms: Sequence[str], genes: GeneNames, place: str) -> list[str]:
    try:
        return [term if is_family(term) else genes.meant_by(term) or term for term in terms]
    except ValueError as error:
        raise ValueError(f"genes.{place}: {error}") from None
