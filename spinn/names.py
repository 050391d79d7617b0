"""Names of genes: which gene a user's name means, and what an absent one may have meant.

A gene has a name, the one of the data, and may have an id and a symbol. Nothing is replaced
silently: an offer is a name to show to the user.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

MAX_NAMED = 5  # genes in a message
CLOSE = 0.82  # difflib's ratio from which on a name may be a slip: one of six letters may differ
SHORT = 5  # letters below which it may not: INS is no slip for INVS
# What spreadsheets and web pages leave around a name: quotes, and characters of no width.
_AROUND = "\"'`\u2018\u2019\u201c\u201d\u200b\u200c\u200d\u2060\ufeff"
_GENOME = re.compile(r"(?:GRC[A-Za-z]\d+|hg\d+|mm\d+|rn\d+)_+(?=.)")
_ENSEMBL = re.compile(r"(ENS[A-Z]*G\d{6,})(?:\.\d+)?", re.IGNORECASE)


def is_ensembl(name: str) -> bool:
    """Return whether a name has the form of an Ensembl gene id, with or without a version."""
    return _ENSEMBL.fullmatch(name) is not None


def without_version(name: str) -> str:
    """Return an Ensembl gene id without its version, any other name as it is."""
    match = _ENSEMBL.fullmatch(name)
    return match[1] if match else name


@dataclass(frozen=True)
class GeneNames:
    """Genes by their names, ids and symbols; see `gene_names`."""

    names: tuple[str, ...]  # distinct
    ids: tuple[str, ...]  # as many, empty where not known; need not be distinct
    symbols: tuple[str, ...]  # the same

    def meant_by(self, term: str) -> str | None:
        """Return the name of the gene that a user's term means, None where it means none.

        A name before an id, with or without a version, and an id before a symbol. ValueError where
        several genes have that id or symbol, and none has that name.
        """
        for kind, names_of in self._lookups:
            if names := names_of.get(without_version(term) if kind == "id" else term):
                if len(names) > 1:
                    raise ValueError(
                        f"{term!r} is the {kind} of {len(names)} genes: "
                        f"{', '.join(map(self._described, names[:MAX_NAMED]))}; name one of them "
                        "by its name in the data"
                    )
                return names[0]
        return None

    @cached_property
    def words(self) -> list[str]:
        """All that a user may write for a gene: names, then ids, then symbols, each once."""
        return list(dict.fromkeys([*self.names, *filter(None, [*self.ids, *self.symbols])]))

    @cached_property
    def shown(self) -> dict[str, str]:
        """Names to symbols of the genes whose symbol is known and another word."""
        pairs = zip(self.names, self.symbols, strict=True)
        return {name: symbol for name, symbol in pairs if symbol not in ("", name)}

    def named_any(self, words: Collection[str]) -> set[str]:
        """Return the genes whose name, id or symbol is among some words; ids need no version."""
        bare = {without_version(word).upper() for word in words if is_ensembl(word)}
        rows = zip(self.names, self.ids, self.symbols, strict=True)
        return {
            name
            for name, gene_id, symbol in rows
            if name in words or symbol in words or without_version(gene_id).upper() in bare
        }

    def of(self, names: Iterable[str]) -> "GeneNames":
        """Return some genes, by name."""
        at = [self._position[name] for name in names]
        parts = (tuple(words[i] for i in at) for words in (self.names, self.ids, self.symbols))
        return GeneNames(*parts)

    def shared(self, kind: str) -> dict[str, list[str]]:
        """Return the ids (``kind`` is id) or symbols that several genes have, and their names."""
        return {word: names for word, names in dict(self._lookups)[kind].items() if len(names) > 1}

    @cached_property
    def _position(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def _lookups(self) -> list[tuple[str, dict[str, list[str]]]]:
        ids = [without_version(word) for word in self.ids]
        kinds = {"name": self.names, "id": ids, "symbol": self.symbols}
        return [(kind, self._names_of(words)) for kind, words in kinds.items()]

    def _names_of(self, words: Sequence[str]) -> dict[str, list[str]]:
        names_of: dict[str, list[str]] = {}
        for word, name in zip(words, self.names, strict=True):
            if word:
                names_of.setdefault(word, []).append(name)
        return names_of

    def _described(self, name: str) -> str:
        gene_id = self.ids[self._position[name]]
        return name if gene_id in ("", name) else f"{name} ({gene_id})"


def gene_names(
    names: Sequence[str],
    *,
    ids: Sequence[str] | None = None,
    symbols: Sequence[str] | None = None,
) -> GeneNames:
    """Return genes with the ids and symbols that are given.

    Without ids, a name that is an Ensembl id is its gene's; without symbols, any other name is.
    """
    by_name = [is_ensembl(name) for name in names]
    if ids is None:
        ids = [name if is_id else "" for name, is_id in zip(names, by_name, strict=True)]
    if symbols is None:
        symbols = ["" if is_id else name for name, is_id in zip(names, by_name, strict=True)]
    return GeneNames(tuple(names), tuple(ids), tuple(symbols))


def near_matches(names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return the known word that each name may have meant; names without such are left out.

    In turn: what differs by surroundings (quotes, spaces, a genome's prefix, an Ensembl version),
    by case, by hyphens, underscores, dots and spaces, else what difflib finds alike, where both
    hold the same digits: CD8A is no slip for CD8B, and neither is one id for another.
    """
    last_first = [*known][::-1]  # of words alike the first is offered
    steps = [{step(word): word for word in last_first} for step in _STEPS]
    matches: dict[str, str] = {}
    for name in names:
        keys = [step(name) for step in _STEPS]
        near = next((of[key] for key, of in zip(keys, steps, strict=True) if key in of), None)
        near = near or _alike(keys[-1], steps[-1])
        if near not in (None, name):
            matches[name] = near
    return matches


def with_offers(names: Sequence[str], known: Iterable[str]) -> str:
    """Return the first few names in one line for a message, each with what it may have meant."""
    shown = list(names[:MAX_NAMED])
    near = near_matches(shown, known)
    texts = [f"{name} (did you mean {near[name]}?)" if name in near else name for name in shown]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(texts) + more


def _bare(name: str) -> str:
    """Return a name without what stands around it."""
    inner = name.strip().strip(_AROUND).strip()
    return without_version(_GENOME.sub("", inner, count=1) if _GENOME.match(inner) else inner)


def _lower(name: str) -> str:
    return _bare(name).casefold()


def _letters(name: str) -> str:
    return re.sub(r"[-_.\s]", "", _lower(name))


_STEPS: tuple[Callable[[str], str], ...] = (_bare, _lower, _letters)


def _alike(key: str, name_of: Mapping[str, str]) -> str | None:
    """Return the name whose letters are most like those of ``key``; None without one."""
    if is_ensembl(key) or len(key) < SHORT:
        return None
    same = [other for other in name_of if _digits(other) == _digits(key)]
    close = get_close_matches(key, same, n=1, cutoff=CLOSE)
    return name_of[close[0]] if close else None


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name)
