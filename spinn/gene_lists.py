"""Lists of genes as people and vendors write them: text, tables, the gene_panel.json of a run."""

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, str]
# Headings of genes and of their Ensembl ids, in any case, with spaces, hyphens or underscores; the
# first that a table has counts.
_GENE = ("gene", "genes", "gene symbol", "gene symbols", "gene name", "symbol", "symbols")
_ID = ("ensembl id", "ensembl ids", "ensembl gene id", "ensembl", "gene id", "id")
_DELIMITERS = ",\t;"
_AROUND = " \t\"'"


def list_rows(text: str, *, is_table: bool) -> list[Row]:
    """Return a row per gene of a list, in its order: ``gene``, and what else the list says.

    Empty lines and lines that start with # are left out. Of a table the column of genes is
    ``gene``, that of Ensembl ids, where there is one, ``id``; a gene without a symbol goes by its
    id. Other columns keep their headings. A text is one gene a line, or a table where its first
    line is a heading.

    Raises
    ------
    ValueError
        If a table has no column of genes.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    header = [word.strip() for word in next(csv.reader([first], delimiter=delimiter), [])]
    gene, identifier = _column(header, _GENE), _column(header, _ID)
    if not is_table and gene is None:
        return [{"gene": line.strip(_AROUND)} for line in lines]
    if gene is None and identifier is None:
        raise ValueError(f"must have a column gene, got {', '.join(header) or 'nothing'}")
    records = csv.DictReader(lines[1:], header, restkey="", restval="", delimiter=delimiter)
    return [_named(record, gene, identifier) for record in records]


def _named(record: Mapping[str, Any], gene: str | None, identifier: str | None) -> Row:
    """Return a table's row with its gene as ``gene`` and its Ensembl id, if any, as ``id``."""
    names = {gene: "gene", identifier: "id"}
    row = {names.get(key, key): value.strip(_AROUND) for key, value in record.items() if key}
    return {"gene": "", **row} | {"gene": row.get("gene") or row.get("id", "")}


def _column(header: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the heading that means the first of some names; None where there is none."""
    plain = {re.sub(r"[\s_-]+", " ", heading).casefold(): heading for heading in reversed(header)}
    return next((plain[name] for name in names if name in plain), None)


def target_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return the genes of a run's gene_panel.json, ``gene`` and ``id``; controls are left out.

    Raises
    ------
    ValueError
        If it holds no list of targets.
    """
    payload = document.get("payload")
    targets = payload.get("targets") if isinstance(payload, Mapping) else None
    if not isinstance(targets, list):
        raise ValueError("must hold payload.targets, the list of what the panel reads")
    kinds = [kind for kind in (_inside(target, "type") for target in targets) if _is_gene(kind)]
    pairs = [(_word(kind, "name"), _word(kind, "id")) for kind in kinds]
    return [{"gene": name or identifier, "id": identifier} for name, identifier in pairs]


def _is_gene(kind: Mapping[str, Any]) -> bool:
    return str(kind.get("descriptor", "gene")).casefold() == "gene"


def _word(kind: Mapping[str, Any], key: str) -> str:
    return str(_inside(kind, "data").get(key) or "").strip()


def _inside(value: Any, key: str) -> Mapping[str, Any]:
    """Return what stands under a key; nothing where it holds no keys and values."""
    inside = value.get(key) if isinstance(value, Mapping) else None
    return inside if isinstance(inside, Mapping) else {}
