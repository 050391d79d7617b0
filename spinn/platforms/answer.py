"""What a rule says of an order: met, not met, or not known."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

YES, NO, UNKNOWN = "yes", "no", "unknown"
MAX_NAMED = 5  # genes in a note


class Answer(NamedTuple):
    """A value, the limit that it must keep, whether it does, and a note; all text."""

    value: str
    limit: str
    met: str
    note: str = ""


def overall(verdicts: Iterable[str]) -> str:
    """Return no where one is no, else unknown where one is unknown, else yes."""
    given = set(verdicts)
    return next((word for word in (NO, UNKNOWN) if word in given), YES)


def named(what: str, names: Sequence[str]) -> str:
    """Return the first few names behind what they are; nothing where there are none."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{what}: {', '.join(names[:MAX_NAMED])}{more}" if names else ""


def joined(*notes: str) -> str:
    """Return the notes that are not empty, as one."""
    return "; ".join(filter(None, notes))
