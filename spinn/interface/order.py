"""`spinn order`: a panel, a platform and perhaps cells in, a folder to send in out."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from spinn.gene_lists import list_rows
from spinn.interface.files import atomic_folder, check_new_folder
from spinn.panel_files import load_panel
from spinn.platforms.checks import Check
from spinn.platforms.identifiers import ensembl_id
from spinn.platforms.reader import read_platform
from spinn.records.order import Order, write_order
from spinn.records.reference import Reference


@dataclass(frozen=True)
class Cells:
    """A file of cells that goes with an order.

    Parameters
    ----------
    path
        Of an ``.h5ad`` or ``.zarr``.
    label
        obs column of cell types.
    layer
        Where whole counts are: None for X, `raw`, or a layer's name.
    gene_id
        var column of Ensembl ids; None where the names of genes are all there is.
    """

    path: str
    label: str | None = None
    layer: str | None = None
    gene_id: str | None = None


def order_panel(
    panel: str | Path,
    folder: str | Path,
    *,
    platform: str | None = None,
    size: int | None = None,
    available: str | None = None,
    cells: Cells | None = None,
) -> list[Check]:
    """Write the folder of an order; it is whole or not there.

    Parameters
    ----------
    panel
        File of a panel, or of any list of genes, see `spinn.load_panel`.
    folder
        New or empty.
    platform
        Name of one that spinn ships, or the path of a ``.yaml``.
    size
        Which panel, where there are several; None for the largest.
    available
        Table of the genes that can be made, as vendors give it: symbols and Ensembl ids. Ids that
        the panel lacks are taken from it, unless it has several of a symbol.
    cells
        That go with the order; None for none.

    Returns
    -------
    list of Check
        What each rule of the platform says; empty without one.

    Raises
    ------
    KeyError
        If there is no panel of the size, or the cells lack a column or layer.
    OSError
        If a file is not there.
    ValueError
        If the folder is not empty, or a file is not what it must be.
    """
    target = check_new_folder(folder)
    path, rows = load_panel(panel), _rows(available)
    ordered = path.largest if size is None else path.of_size(size)
    rules = None if platform is None else read_platform(platform)
    reference = None if cells is None else _reference(cells)
    of_cells = {} if reference is None else dict(zip(reference.genes, reference.ids, strict=True))
    order = Order(
        path=path,
        size=ordered.size,
        platform=rules,
        ids={**of_cells, **_ids(rows)},
        available=frozenset(name for row in rows for name in row) if available else None,
        reference=reference,
        command=_command(panel, folder, cells, platform=platform, size=size, available=available),
    )
    return atomic_folder(target, partial(write_order, order=order))


def _rows(available: str | None) -> list[tuple[str, str]]:
    """Return symbol and Ensembl id of each gene of a vendor's list; none without a list."""
    if available is None:
        return []
    try:
        rows = list_rows(Path(available).read_text(encoding="utf-8-sig"), is_table=True)
    except ValueError as error:
        raise ValueError(f"{available}: {error}") from None
    return [(row["gene"], ensembl_id(row.get("id", ""))) for row in rows]


def _ids(rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the id of each symbol that has one only: which of several is meant is not known."""
    times = Counter(symbol for symbol, _ in set(rows))
    return {symbol: gene_id for symbol, gene_id in rows if times[symbol] == 1}


def _reference(cells: Cells) -> Reference:
    """Return cells as they go with an order; reading them imports anndata."""
    from spinn.preparation.features import genes_of
    from spinn.preparation.inputs import matrix_of, obs_column, read_input

    adata = read_input(cells.path)
    genes, is_gene = genes_of(adata, cells.layer, gene_id=cells.gene_id)
    counts = matrix_of(adata, cells.layer)[:, is_gene]
    annotation = obs_column(adata, cells.label, "label")
    if annotation is None:
        raise ValueError("the reference needs cell types: name an obs column with --label")
    ids = [gene_id or name for name, gene_id in zip(genes.names, genes.ids, strict=True)]
    names = adata.obs_names.astype(str).tolist()
    return Reference(counts, names, annotation.tolist(), list(genes.names), ids)


def _command(
    panel: str | Path, folder: str | Path, cells: Cells | None, **given: str | int | None
) -> str:
    """Return the command that writes such an order."""
    of_cells = {} if cells is None else {"bundle": cells.path, **asdict(cells), "path": None}
    options = {key.replace("_", "-"): value for key, value in (given | of_cells).items()}
    words = [f"--{key}={value}" for key, value in options.items() if value is not None]
    return shlex.join(["spinn", "order", str(panel), *words, "-o", str(folder)])
