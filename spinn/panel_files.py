"""Reading panels and lists of genes from files."""

import csv
import json
from pathlib import Path

from spinn.panel import COLUMNS, FORMAT, Panel, PanelPath, Ranked


def load_panel(path: Path | str) -> PanelPath:
    """Read panels that `PanelPath.save` or the workflow wrote, or any list of genes.

    Parameters
    ----------
    path
        Its ending decides. ``.json``, or a folder with ``panels.json``: panels as spinn saves them.
        ``.csv``: a column ``gene``, best first; rows are sorted by ``rank`` and split into panels
        by ``size`` where there are such columns; other columns are ignored. Anything else: text, a
        gene a line.

    Returns
    -------
    PanelPath
        From text and CSV without ranking, and with nothing in ``about``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no gene, or one twice in a panel.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "panels.json"
    if not file.is_file():
        raise FileNotFoundError(f"no such file: {file}")
    if file.suffix == ".json":
        return read_panels(file)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(
            f"{file}: must list genes as text, CSV or JSON; this is no text file"
        ) from None
    rows = _table(lines, file) if file.suffix == ".csv" else [{"gene": line} for line in lines]
    by_size: dict[str, list[str]] = {}
    for row in rows:
        if gene := (row["gene"] or "").strip():
            by_size.setdefault(row.get("size") or "", []).append(gene)
    if not by_size:
        raise ValueError(f"{file}: must name at least one gene, got none")
    try:
        panels = [Panel(tuple(genes)) for genes in by_size.values()]
        return PanelPath(tuple(sorted(panels, key=lambda panel: -panel.size)), ())
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def read_panels(path: Path | str) -> PanelPath:
    """Read a ``panels.json``; its ranking, if any, is inside or next to it in ``ranking.csv``."""
    file = Path(path)
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ValueError(
            f"{file}: must hold panels as spinn writes them; a plain list of genes is read from "
            "text, a gene a line, or from a CSV with a column gene"
        )
    if document.get("format") != FORMAT:
        raise ValueError(
            f"{file}: panels format must be {FORMAT}, got {document.get('format')!r}; "
            "read it with the version of spinn that wrote it, or run the selection again"
        )
    table = file.with_name("ranking.csv")
    rows = document.get("ranking", [])
    if "ranking" not in document and table.exists():
        with table.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
    return PanelPath(
        tuple(Panel(tuple(entry["genes"])) for entry in document["panels"]),
        tuple(Ranked(gene, int(rank), float(score), int(n)) for gene, rank, score, n in rows[1:]),
        {k: v for k, v in document.items() if k not in ("format", "panels", "ranking")},
    )


def _table(lines: list[str], file: Path) -> list[dict[str, str]]:
    reader = csv.DictReader(lines)
    columns = reader.fieldnames or []
    if "gene" not in columns:
        raise ValueError(f"{file}: must have a column gene, got {', '.join(columns) or 'nothing'}")
    rows = [{name: row[name] for name in COLUMNS if name in columns} for row in reader]
    try:
        return sorted(rows, key=lambda row: int(row["rank"])) if "rank" in columns else rows
    except ValueError:
        raise ValueError(f"{file}: ranks must be whole numbers") from None
