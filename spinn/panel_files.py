"""Reading panels and lists of genes from files."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spinn.gene_lists import Row, list_rows, target_rows
from spinn.panel import FORMAT, SHARED, SLOT, Panel, PanelPath, Ranked

_TABLES = (".csv", ".tsv")
# Columns of explained panels that hold numbers; the others hold text.
_NUMBERS = (
    *("rank", "size", "frequency", "seed", "between_types", "loss", "restored", "loss_replaced"),
    *("load", "load_max"),
)


def load_panel(path: Path | str) -> PanelPath:
    """Read panels that `PanelPath.save` or the workflow wrote, or any list of genes.

    Parameters
    ----------
    path
        Its ending decides. ``.json``, or a folder with ``panels.json``: panels as spinn saves them,
        or a run's ``gene_panel.json``, whose genes are taken and whose controls are not. ``.csv``
        and ``.tsv``: a column ``gene`` (also `Genes`, `Gene symbol`, `Symbol`; in any case), best
        first; rows are sorted by ``rank`` and split into panels by ``size`` where there are such
        columns. Anything else: text, a gene a line. Lines that start with # are left out.

    Returns
    -------
    PanelPath
        From text and tables without ranking. ``about`` holds ``ids``, gene to Ensembl id, where the
        file has them (`Ensembl ID`, `gene_id`, `id`), and ``explained`` where it is a table of
        panels that spinn has explained, then also ``cells`` where all cells chose them, or a
        submission file with genes that are `forced` in a column `Force`; other columns are ignored.

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
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            f"{file}: must list genes as text, CSV or JSON; this is no text file"
        ) from None
    try:
        return _path(_by_rank(list_rows(text, is_table=file.suffix in _TABLES)))
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def first_with_panels(paths: Iterable[PanelPath]) -> PanelPath | None:
    """Return the first path of a run that did not fail; None where all did."""
    return next((path for path in paths if path.failed is None), None)


def _by_rank(rows: Sequence[Row]) -> Sequence[Row]:
    try:
        return sorted(rows, key=lambda row: int(row["rank"])) if "rank" in rows[0] else rows
    except IndexError:
        return rows
    except ValueError:
        raise ValueError("ranks must be whole numbers") from None


def _path(rows: Sequence[Row]) -> PanelPath:
    """Return the panels of a list's rows, best first, with what the list says of their genes."""
    named = [row for row in rows if row["gene"]]
    if not named:
        raise ValueError("must name at least one gene, got none")
    by_size: dict[str, list[Row]] = {}
    for row in named:
        by_size.setdefault(row.get("size", ""), []).append(row)
    panels = [_panel(of_size) for of_size in by_size.values()]
    ids = {row["gene"]: row["id"] for row in named if row.get("id")}
    about: dict[str, Any] = {"ids": ids} if ids else {}
    if "why" in named[0]:
        about["explained"] = {str(len(rows)): _explained(rows) for rows in by_size.values()}
        about |= {"cells": "all"} if named[0].get("cells") == "all" else {}
    elif any(map(_is_forced, named)):
        forced = [[row["gene"], "yes" if _is_forced(row) else "no"] for row in named]
        about["explained"] = {str(len(named)): [["gene", "required"], *forced]}
    return PanelPath(tuple(sorted(panels, key=lambda panel: -panel.size)), (), about)


def _panel(rows: Sequence[Row]) -> Panel:
    """Return a panel of rows; those that an explained table calls slots are no genes."""
    slots = tuple(row["gene"] for row in rows if row.get("role") == SLOT)
    return Panel(tuple(row["gene"] for row in rows if row["gene"] not in slots), slots=slots)


def _is_forced(row: Row) -> bool:
    """Return whether a vendor's submission file says that a gene must be in the panel."""
    return row.get("Force", "").casefold() == "forced"


def _explained(rows: Sequence[Row]) -> list[list[Any]]:
    """Return the rows of an explained panel below their header, None where a cell is empty."""
    header = [name for name in rows[0] if name != "size"]
    return [header, *([_value(name, row[name]) for name in header] for row in rows)]


def _value(name: str, text: str) -> str | float | None:
    if not text or name not in _NUMBERS:
        return text or None
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        raise ValueError(f"the column {name} must hold numbers, got {text!r}") from None


def read_panels(path: Path | str) -> PanelPath:
    """Read a ``panels.json``, its ranking inside or next to it in ``ranking.csv``, if any.

    Also a ``gene_panel.json``, as a vendor's machine leaves it next to a run.
    """
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
    if "payload" in document:
        try:
            return _path(target_rows(document))
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
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
    shared = {key: tuple(document.get(key, ())) for key in SHARED}
    return PanelPath(
        tuple(Panel(tuple(entry["genes"]), **shared) for entry in document["panels"]),
        tuple(Ranked(gene, int(rank), float(score), int(n)) for gene, rank, score, n in rows[1:]),
        {k: v for k, v in document.items() if k not in ("format", "panels", "ranking", *SHARED)},
    )
