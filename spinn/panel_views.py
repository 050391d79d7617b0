"""How a list of genes is shown: as text in a terminal, as HTML in a notebook."""

from collections.abc import Mapping, Sequence
from html import escape


def as_text(title: str, genes: Sequence[str], *, width: int = 80, lines: int = 6) -> str:
    """Return a title and the first genes with their ranks, in columns, for a terminal."""
    cells = [f"{rank:>{len(str(len(genes)))}} {gene}" for rank, gene in enumerate(genes, start=1)]
    column = max(map(len, cells), default=0) + 3
    per_line = max(1, width // column)
    rows = [cells[i : i + per_line] for i in range(0, len(cells), per_line)]
    shown = ["".join(cell.ljust(column) for cell in row).rstrip() for row in rows[:lines]]
    return "\n".join([title, *shown, *["..."] * (len(rows) > lines)])


def as_html(
    title: str, genes: Sequence[str], scores: Mapping[str, float] | None = None, *, rows: int = 20
) -> str:
    """Return the same as a table for a notebook, with scores where there are any."""
    columns = ("rank", "gene", "score") if scores else ("rank", "gene")
    table = [f"<tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr>"]
    for rank, gene in enumerate(genes[:rows], start=1):
        score = f"{scores[gene]:.3g}" if scores and gene in scores else ""
        cells = (str(rank), escape(gene), score)[: len(columns)]
        table.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    more = f"<p>and {len(genes) - rows} more</p>" if len(genes) > rows else ""
    return f"<p>{escape(title)}</p><table>{''.join(table)}</table>{more}"
