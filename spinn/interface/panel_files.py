"""Reading lists of genes, whoever wrote them."""

import csv
from pathlib import Path

from spinn.panel import COLUMNS, Panel, PanelPath, load_panels


def load_panel(path: Path | str) -> PanelPath:
    """Read panels that `PanelPath.save`, the workflow or anybody else wrote.

    Parameters
    ----------
    path
        By its ending. ``.json``, or a folder with ``panels.json``: panels as spinn saves them.
        ``.csv``: a column ``gene``, best first; rows are sorted by ``rank`` and told apart by
        ``size`` where there are such columns (other columns are left alone). Anything else: text,
        a gene a line.

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
        return load_panels(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    rows = _table(lines, file) if file.suffix == ".csv" else [{"gene": line} for line in lines]
    by_size: dict[str, list[str]] = {}
    for row in rows:
        if gene := (row["gene"] or "").strip():
            by_size.setdefault(row.get("size") or "", []).append(gene)
    if not by_size:
        raise ValueError(f"{file}: must name one gene at least, came none")
    try:
        panels = [Panel(tuple(genes)) for genes in by_size.values()]
        return PanelPath(tuple(sorted(panels, key=lambda panel: -panel.size)), ())
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _table(lines: list[str], file: Path) -> list[dict[str, str]]:
    reader = csv.DictReader(lines)
    columns = reader.fieldnames or []
    if "gene" not in columns:
        raise ValueError(f"{file}: must have a column gene, came {', '.join(columns) or 'nothing'}")
    rows = [{name: row[name] for name in COLUMNS if name in columns} for row in reader]
    if "rank" not in columns:
        return rows
    try:
        return sorted(rows, key=lambda row: int(row["rank"]))
    except ValueError:
        raise ValueError(f"{file}: ranks must be whole numbers") from None
