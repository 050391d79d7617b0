"""Reading the config's section `genes`: lists, files of genes, earlier panels, the gene table."""

import csv
import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinn.constraints.constraints import Constraints
from spinn.constraints.rules import Bounds, GeneRules
from spinn.constraints.terms import is_family
from spinn.panel_files import read_panels

if TYPE_CHECKING:  # every start of the workflow resolves genes, and h5py is slow to import
    from spinn.data import ExpressionData

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
    with one term a line, a CSV with a column ``gene``, or a panels.json, whose largest panel is
    used. ``table`` is a list of rows or a CSV with the columns gene, must, exclude (1/0,
    true/false, yes/no), group, weight, cost, min_expression, max_expression; all but the first may
    be absent or empty. An invalid file or rule is a ValueError, an unreadable file an OSError.
    """
    table = genes.get("table") or ()
    rows = _table(Path(table)) if isinstance(table, str | Path) else [dict(row) for row in table]
    counts = Counter(row["gene"] for row in rows)
    if repeated := sorted(term for term, n in counts.items() if n > 1):
        raise ValueError(f"the gene table has more than one row for {', '.join(repeated[:5])}")
    flagged = {flag: [row["gene"] for row in rows if row.pop(flag, False)] for flag in FLAGS}
    expression = genes.get("expression") or {}
    return GeneRules(
        tuple(dict.fromkeys([*_terms(genes.get("required", ())), *flagged["must"]])),
        tuple(dict.fromkeys([*_terms(genes.get("excluded", ())), *flagged["exclude"]])),
        tuple(row for row in rows if len(row) > 1),
        genes.get("max_per_group", GeneRules.max_per_group),
        genes.get("budget"),
        Bounds(expression.get("min"), expression.get("max")),
    )


def resolve_genes(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``genes`` of a checked config with its files read.

    So editing a file reruns what depends on it, and contradictions stop before any job. Families
    are kept: which genes they stand for depends on the data. A file that cannot be read, or too
    small a panel for the required genes, is a ValueError.
    """
    try:
        rules = read_rules(config["genes"])
    except OSError as error:
        raise ValueError(f"genes: no such file: {error.filename}") from None
    except ValueError as error:
        raise ValueError(f"genes: {error}") from None
    smallest = min(config["panel_sizes"])
    n_named = sum(not is_family(term) for term in rules.required)
    if n_named > smallest:
        raise ValueError(
            f"genes.required: {n_named} genes do not fit the smallest panel "
            f"(panel_sizes: {smallest}); require fewer or request larger panels"
        )
    return {
        **config["genes"],
        "required": list(rules.required),
        "excluded": list(rules.excluded),
        "table": [dict(row) for row in rules.rows] or None,
    }


def described(genes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``genes`` with its table, often thousands of rows, as size and digest."""
    if not genes.get("table") or isinstance(genes["table"], str | Path):
        return dict(genes)
    text = json.dumps(genes["table"], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {**genes, "table": {"rows": len(genes["table"]), "sha256": digest}}


def constraints_of(genes: Mapping[str, Any], data: "ExpressionData") -> Constraints:
    """Return what the config section ``genes`` requires of panels from prepared cells."""
    return read_rules(genes).resolve(data.genes, data.mean)


def _terms(given: str | Path | Sequence[str]) -> list[str]:
    if not isinstance(given, str | Path):
        return [str(term) for term in given]
    path = Path(given)
    if path.suffix == ".json":
        if not (panels := read_panels(path).panels):
            raise ValueError(f"{path}: holds no panel")
        return list(panels[0].genes)
    if path.suffix == ".csv":
        return [row["gene"] for row in _rows(path)]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _rows(path: Path, known: Sequence[str] | None = None) -> list[dict[str, str]]:
    """Return the rows of a CSV with a column ``gene`` and, where given, known columns only."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        rows = list(reader)
    if "gene" not in columns:
        raise ValueError(f"{path}: must have a column gene, got {', '.join(columns) or 'nothing'}")
    if known is not None and (unknown := [name for name in columns if name not in known]):
        raise ValueError(
            f"{path}: the gene table has the columns {', '.join(known)}; got {unknown[0]!r}"
        )
    stripped = [{name: (row[name] or "").strip() for name in columns} for row in rows]
    for number, row in enumerate(stripped, start=1):
        if not row["gene"]:
            raise ValueError(f"{path}: every row must name a gene, row {number} does not")
    return stripped


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
