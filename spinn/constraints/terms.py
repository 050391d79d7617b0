"""Terms: a gene's name, or a family of genes by prefix or regular expression."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

KINDS = ("prefix", "regex")
PREFIX, REGEX = (f"{kind}:" for kind in KINDS)


def is_family(term: str) -> bool:
    """Return whether a term may stand for several genes."""
    return term.startswith((PREFIX, REGEX))


def members(term: str, genes: Sequence[str]) -> list[str]:
    """Return the genes that a term stands for, in their order.

    A term is a gene's name, ``prefix:RPS`` (names that begin with it) or ``regex:^LOC[0-9]+``
    (names that hold a match; anchored only where the expression is).
    """
    if not is_family(term):
        word, colon, _ = term.partition(":")  # a gene's name may hold one: mt:CoI
        if colon and (meant := get_close_matches(word, KINDS, n=1)):
            raise ValueError(f"{term!r} is no family; did you mean {meant[0]}:?")
        return [gene for gene in genes if gene == term]
    kind, _, pattern = term.partition(":")
    if not pattern:
        raise ValueError(f"{term!r} names no family; write prefix:RPS or regex:^LOC[0-9]+")
    if kind == "prefix":
        return [gene for gene in genes if gene.startswith(pattern)]
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{term!r} is not a valid regular expression: {error}") from None
    return [gene for gene in genes if expression.search(gene)]


def matched(terms: Sequence[str], genes: Sequence[str]) -> dict[str, list[str]]:
    """Return the genes of each term, see `members`."""
    present = set(genes)
    return {
        term: members(term, genes) if is_family(term) else [term] * (term in present)
        for term in terms
    }


def union(genes_of: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the genes of all terms, each once, in the terms' order."""
    return list(dict.fromkeys(gene for genes in genes_of.values() for gene in genes))
