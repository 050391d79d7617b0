"""Names of genes: what a name that is absent may have meant.

Nothing is replaced silently: an offer is a name to show to the user.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

MAX_NAMED = 5  # genes in a message
CLOSE = 0.82  # difflib's ratio from which on a name may be a slip: one of six letters may differ
NO_ALIASES: Mapping[str, str] = MappingProxyType({})
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


def near_matches(
    names: Iterable[str], known: Sequence[str], aliases: Mapping[str, str] = NO_ALIASES
) -> dict[str, str]:
    """Return the known name that each name may have meant; names without such are left out.

    In turn: what differs by surroundings (quotes, spaces, a genome's prefix, an Ensembl version),
    by case, by hyphens, underscores, dots and spaces, else what difflib finds alike, where both
    hold the same digits: CD8A is no slip for CD8B, and neither is one id for another.

    Parameters
    ----------
    aliases
        Other names, such as symbols and ids, to the known names that stand for them.
    """
    offered = {**aliases, **{name: name for name in known}}
    steps = [{step(name): name for name in reversed(offered)} for step in _STEPS]
    matches: dict[str, str] = {}
    for name in names:
        keys = [step(name) for step in _STEPS]
        near = next((of[key] for key, of in zip(keys, steps, strict=True) if key in of), None)
        near = near or _alike(keys[-1], steps[-1])
        if near is not None and offered[near] != name:
            matches[name] = offered[near]
    return matches


def with_offers(
    names: Sequence[str], known: Sequence[str], aliases: Mapping[str, str] = NO_ALIASES
) -> str:
    """Return the first few names in one line for a message, each with what it may have meant."""
    shown = list(names[:MAX_NAMED])
    near = near_matches(shown, known, aliases)
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
    if is_ensembl(key):
        return None
    same = [other for other in name_of if _digits(other) == _digits(key)]
    close = get_close_matches(key, same, n=1, cutoff=CLOSE)
    return name_of[close[0]] if close else None


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name)
