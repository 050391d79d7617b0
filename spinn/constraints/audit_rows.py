"""Rows of the audit, and the words in them."""

from collections.abc import Sequence

COLUMNS = ("constraint", "wanted", "got", "met", "note", "size")
MAX_NAMED = 5  # genes or groups in a note
Row = dict[str, object]


def audit_row(constraint: str, wanted: object, got: object, *notes: str, met: bool | str) -> Row:
    """Return one row; ``met`` may be a word other than yes and no."""
    answer = met if isinstance(met, str) else "yes" if met else "no"
    cells = constraint, str(wanted), str(got), answer, joined(*notes)
    return dict(zip(COLUMNS, cells, strict=False))


def n_genes(n: int) -> str:
    """Return a number of genes in words."""
    return f"{n} gene" if n == 1 else f"{n} genes"


def named(what: str, names: Sequence[str]) -> str:
    """Return what some names are, and the first of them; nothing without names."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{what}: {', '.join(names[:MAX_NAMED])}{more}" if names else ""


def joined(*notes: str) -> str:
    """Return notes as one, empty ones left out."""
    return "; ".join(filter(None, notes))
