"""Rows of the audit, and the words in them."""

from spinn.platforms.answer import joined, named

__all__ = ["COLUMNS", "Row", "audit_row", "joined", "n_genes", "named"]

COLUMNS = ("constraint", "wanted", "got", "met", "note", "size")
Row = dict[str, object]


def audit_row(constraint: str, wanted: object, got: object, *notes: str, met: bool | str) -> Row:
    """Return one row; ``met`` may be a word other than yes and no."""
    answer = met if isinstance(met, str) else "yes" if met else "no"
    cells = constraint, str(wanted), str(got), answer, joined(*notes)
    return dict(zip(COLUMNS, cells, strict=False))


def n_genes(n: int) -> str:
    """Return a number of genes in words."""
    return f"{n} gene" if n == 1 else f"{n} genes"
