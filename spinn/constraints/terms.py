"""Terms: a gene's name, or a family of genes by prefix, regular expression or its common name."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from spinn.constraints.families import FAMILIES

KINDS = ("prefix", "regex", "family")
_STARTS = tuple(f"{kind}:" for kind in KINDS)
_NO_SYMBOLS: Mapping[str, str] = MappingProxyType({})


def is_family(term: str) -> bool:
    """Return whether a term may stand for several genes."""
    return term.startswith(_STARTS)


def members(term: str, genes: Sequence[str], symbols: Mapping[str, str] = _NO_SYMBOLS) -> list[str]:
    """Return the genes that a term stands for, in their order.

    A term is a gene's name, ``prefix:RPS`` (names that begin with it), ``regex:^LOC[0-9]+`` (names
    that hold a match; anchored only where the expression is) or ``family:ribosomal`` (see
    `spinn.constraints.families`; in any case). Families read a gene's symbol in the place of its
    name where ``symbols`` has one.
    """
    if not is_family(term):
        word, colon, _ = term.partition(":")  # a gene's name may hold one: mt:CoI
        if colon and (meant := get_close_matches(word, KINDS, n=1)):
            raise ValueError(f"{term!r} is no family; did you mean {meant[0]}:?")
        return [gene for gene in genes if gene == term]
    kind, _, pattern = term.partition(":")
    if not pattern:
        raise ValueError(
            f"{term!r} names no family; write prefix:RPS or regex:^LOC[0-9]+ or family:ribosomal"
        )
    read = {gene: symbols.get(gene, gene) for gene in genes}
    if kind == "prefix":
        return [gene for gene, word in read.items() if word.startswith(pattern)]
    if kind == "family":
        whole = _family(pattern)
        return [gene for gene, word in read.items() if whole.fullmatch(word)]
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{term!r} is not a valid regular expression: {error}") from None
    return [gene for gene, word in read.items() if expression.search(word)]


def _family(name: str) -> re.Pattern[str]:
    if name not in FAMILIES:
        meant = get_close_matches(name, FAMILIES, n=1)
        offer = f"did you mean family:{meant[0]}?" if meant else f"there is {', '.join(FAMILIES)}"
        raise ValueError(f"'family:{name}' is not known; {offer}")
    return FAMILIES[name]


def matched(
    terms: Sequence[str], genes: Sequence[str], symbols: Mapping[str, str] = _NO_SYMBOLS
) -> dict[str, list[str]]:
    """Return the genes of each term, see `members`."""
    present = set(genes)
    return {
        term: members(term, genes, symbols) if is_family(term) else [term] * (term in present)
        for term in terms
    }


def union(genes_of: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the genes of all terms, each once, in the terms' order."""
    return list(dict.fromkeys(gene for genes in genes_of.values() for gene in genes))
