"""Reading the config's section `genes`: lists, files of genes, earlier panels, the gene table."""

import csv
import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spinn.constraints.rules import Bounds, GeneRules, LoadLimits
from spinn.gene_lists import list_rows
from spinn.panel import SLOT
from spinn.panel_files import read_panels

TRUE_WORDS = {"1", "true", "yes", "y"}
FALSE_WORDS = {"", "0", "false", "no", "n"}
NUMBERS = {
    "weight": "a number above 0",
    "cost": "a number of at least 0",
    "min_expression": "a number",
    "max_expression": "a number",
}
FLAGS = ("must", "exclude")
COLUMNS = ("gene", *FLAGS, "group", *NUMBERS)


def read_rules(genes: Mapping[str, Any]) -> GeneRules:
    """Return the rules of the config section ``genes``, whose keys may all be absent.

    ``required`` and ``excluded`` are lists of terms (see `spinn.constraints.terms`) or files: text
    with one term a line, a table with a column of genes as vendors write it, or a panels.json,
    whose largest panel is used. ``table`` is a list of rows or a CSV with the columns gene, must,
    exclude (1/0, true/false, yes/no), group, weight, cost, min_expression, max_expression; all but
    the first may be absent or empty. An invalid file or rule is a ValueError, an unreadable file an
    OSError.
    """
    table = genes.get("table") or ()
    rows = _table(Path(table)) if isinstance(table, str | Path) else [dict(row) for row in table]
    counts = Counter(row["gene"] for row in rows)
    if repeated := sorted(term for term, n in counts.items() if n > 1):
        raise ValueError(f"the gene table has more than one row for {', '.join(repeated[:5])}")
    flagged = {flag: [row["gene"] for row in rows if row.pop(flag, False)] for flag in FLAGS}
    expression, available = genes.get("expression") or {}, genes.get("available")
    return GeneRules(
        tuple(dict.fromkeys([*read_terms(genes.get("required", ())), *flagged["must"]])),
        tuple(dict.fromkeys([*read_terms(genes.get("excluded", ())), *flagged["exclude"]])),
        tuple(row for row in rows if len(row) > 1),
        genes.get("max_per_group", GeneRules.max_per_group),
        genes.get("budget"),
        Bounds(expression.get("min"), expression.get("max")),
        LoadLimits(**(genes.get("load") or {})),
        genes.get("markers_per_type"),
        None if available is None else tuple(read_terms(available)),
        tuple(dict.fromkeys(read_terms(genes.get("base") or ()))),
        tuple(genes.get("slots") or ()),
        tuple(genes.get("advised_against") or ()),
    )


def described(genes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``genes`` with its table and available genes as size and digest."""
    # Often thousands of them.
    long = {"table": "rows", "available": "genes", "base": "genes"}
    return {
        key: _size_and_digest(value, long[key]) if key in long and value else value
        for key, value in genes.items()
    }


def _size_and_digest(value: Any, unit: str) -> Any:
    if isinstance(value, str | Path):
        return value
    text = json.dumps(value, sort_keys=True)
    return {unit: len(value), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def read_terms(given: str | Path | Sequence[str]) -> list[str]:
    """Return a list of terms, or those of a file, as `read_rules` takes them."""
    if not isinstance(given, str | Path):
        return [str(term) for term in given]
    path = Path(given)
    if path.suffix == ".json":
        if not (panels := read_panels(path).panels):
            raise ValueError(f"{path}: holds no panel")
        return list(panels[0].measured)
    text = path.read_text(encoding="utf-8-sig")
    try:
        rows = list_rows(text, is_table=path.suffix in (".csv", ".tsv"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    _check_named(rows, path)
    return [row["gene"] for row in rows if row.get("role") != SLOT]


def _rows(path: Path, known: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a CSV with a column ``gene`` and known columns only."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        rows = list(reader)
    if "gene" not in columns:
        raise ValueError(f"{path}: must have a column gene, got {', '.join(columns) or 'nothing'}")
    if unknown := [name for name in columns if name not in known]:
        raise ValueError(
            f"{path}: the gene table has the columns {', '.join(known)}; got {unknown[0]!r}"
        )
    stripped = [{name: (row[name] or "").strip() for name in columns} for row in rows]
    _check_named(stripped, path)
    return stripped


def _check_named(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    for number, row in enumerate(rows, start=1):
        if not row["gene"]:
            raise ValueError(f"{path}: every row must name a gene, row {number} does not")


def _table(path: Path) -> list[dict[str, Any]]:
    return [
        {name: _value(name, word, path, row["gene"]) for name, word in row.items() if word}
        for row in _rows(path, COLUMNS)
    ]


def _value(name: str, word: str, path: Path, gene: str) -> Any:
    """Return a word of the gene table as a value of its column's type."""
    if name in FLAGS:
        if word.lower() not in TRUE_WORDS | FALSE_WORDS:
            raise ValueError(f"{path}: {gene}: {name} must be yes or no, got {word!r}")
        return word.lower() in TRUE_WORDS
    if name not in NUMBERS:
        return word
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    low = {"weight": number > 0, "cost": number >= 0}.get(name, True)
    if not (math.isfinite(number) and low):
        raise ValueError(f"{path}: {gene}: {name} must be {NUMBERS[name]}, got {word!r}")
    return number
