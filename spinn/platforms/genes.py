"""The genes of an order: what a vendor and a reader of the order have to know of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spinn.platforms.identifiers import ensembl_id

_TYPE = "type "  # begins the role of a gene that tells one cell type


@dataclass(frozen=True)
class OrderedGene:
    """One gene of an order; text that is not known is empty.

    Parameters
    ----------
    name
        As in the panel: a symbol or an Ensembl id.
    symbol, id
        As vendors take them: the id in upper case and without version.
    priority
        From 1, the best gene.
    required
        Whether the user required it.
    role, types
        `type` and the cell type that it tells, `structure`, or `slot` for what takes the room of a
        gene and is none of the data.
    load, load_max
        Mean per cell of all cells, and the highest mean of one type; None where not known.
    load_type, load_unit
        That type, `all` where no types are known; and the unit of both loads.
    substitutes
        Genes that restore most of what is lost without it, best first; or `none good`.
    """

    name: str
    symbol: str
    id: str
    priority: int
    required: bool = False
    role: str = ""
    types: str = ""
    load: float | None = None
    load_max: float | None = None
    load_type: str = ""
    load_unit: str = ""
    substitutes: str = ""


def ordered_genes(
    rows: Sequence[Mapping[str, Any]], *, required: Sequence[str] = (), ids: Mapping[str, str]
) -> tuple[OrderedGene, ...]:
    """Return the genes of an order from what is known of each, best first.

    Parameters
    ----------
    rows
        Of a panel, as `PanelPath.explained` returns them: at least ``gene``.
    required
        Genes that were required, in addition to those whose row says so.
    ids
        Names of genes to Ensembl ids, for genes whose row and name hold none.
    """
    return tuple(_ordered(row, rank, required, ids) for rank, row in enumerate(rows, start=1))


def _ordered(
    row: Mapping[str, Any], rank: int, required: Sequence[str], ids: Mapping[str, str]
) -> OrderedGene:
    text = {key: "" if value is None else str(value) for key, value in row.items()}
    name, role = text["gene"], text.get("role", "")
    named = ensembl_id(name)
    candidates = (text.get("gene_id", ""), text.get("id", ""), ids.get(name, ""), name)
    return OrderedGene(
        name=name,
        symbol=text.get("gene_symbol") or ("" if named else name),
        id=next(filter(None, map(ensembl_id, candidates)), ""),
        priority=rank,
        required=name in required or text.get("required") == "yes",
        role=role.split(" ")[0],
        types=text.get("types") or (role.removeprefix(_TYPE) if role.startswith(_TYPE) else ""),
        load=row.get("load"),
        load_max=row.get("load_max"),
        load_type=text.get("load_type", ""),
        load_unit=text.get("load_unit", ""),
        substitutes=text.get("substitutes", ""),
    )
