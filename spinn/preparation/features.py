"""What the features of a matrix are: genes, by name, id and symbol; and what is no gene."""

import logging
from collections.abc import Sequence

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spinn.names import MAX_NAMED, GeneNames, gene_names
from spinn.preparation.inputs import features_of

log = logging.getLogger(__name__)
_TYPE_COLUMNS = ("feature_types", "feature_type")
_GENE = "gene expression"  # in these columns, in any case
# Columns that often hold ids or symbols; used where the config names them, else only mentioned.
_USUAL = ("gene_ids", "gene_id", "gene_symbols", "gene_symbol", "feature_name")


def genes_of(
    adata: ad.AnnData,
    layer: str | None,
    *,
    gene_id: str | None = None,
    gene_symbol: str | None = None,
) -> tuple[GeneNames, NDArray[np.bool_]]:
    """Return the genes of X, `raw` or a layer, and which of its features they are.

    Where var says each feature's type and some are `Gene Expression`, the others (antibodies,
    multiplexing tags, control probes) are no genes.

    Parameters
    ----------
    gene_id, gene_symbol
        var columns; None: ids and symbols are those that the names are, see
        `spinn.names.gene_names`.

    Raises
    ------
    KeyError
        If a column is absent.
    ValueError
        If names repeat.
    """
    table = features_of(adata, layer)
    names = np.asarray(table.index, dtype=np.str_)
    is_gene = _is_gene(table)
    if len(others := names[~is_gene]):
        log.info(
            "%d features are no genes by their type in var, and are left out: %s",
            len(others),
            ", ".join(others[:MAX_NAMED]),
        )
    _check_distinct(names[is_gene])
    ids, symbols = (
        _column(table[is_gene], column, key)
        for key, column in {"gene_id": gene_id, "gene_symbol": gene_symbol}.items()
    )
    unused = [name for name in _USUAL if name in table and name not in (gene_id, gene_symbol)]
    if unused and (gene_id is None or gene_symbol is None):
        message = "genes are named by var names; var also has %s: see gene_id and gene_symbol"
        log.info(message, ", ".join(unused))
    genes = gene_names(names[is_gene].tolist(), ids=ids, symbols=symbols)
    for key, kind in {"gene_id": "id", "gene_symbol": "symbol"}.items():
        if shared := genes.shared(kind):
            shown = [f"{word} ({', '.join(of)})" for word, of in list(shared.items())[:MAX_NAMED]]
            message = "%s: %d belong to several genes each, which stay separate: %s"
            log.info(message, key, len(shared), ", ".join(shown))
    return genes, is_gene


def _is_gene(table: pd.DataFrame) -> NDArray[np.bool_]:
    for name in _TYPE_COLUMNS:
        if name in table:
            is_gene = table[name].astype(str).str.casefold().to_numpy() == _GENE
            if is_gene.any():  # else the column says something else, such as biotypes
                return np.asarray(is_gene)
    return np.ones(len(table), dtype=bool)


def _column(table: pd.DataFrame, column: str | None, key: str) -> Sequence[str] | None:
    """Return a var column as text, empty where it has no value; None without a name."""
    if column is None:
        return None
    if column not in table:
        columns = ", ".join(map(str, table.columns)) or "none"
        raise KeyError(f"{key}: {column!r} is not a column of var; those there: {columns}")
    values = table[column].astype(object)
    return [str(word).strip() for word in values.where(values.notna(), "")]


def _check_distinct(genes: NDArray[np.str_]) -> None:
    names, times = np.unique(genes, return_counts=True)
    if len(repeated := names[times > 1]):
        raise ValueError(
            f"gene names must be distinct; {len(repeated)} repeat: {', '.join(repeated[:5])}; "
            "make them unique (adata.var_names_make_unique()) or use identifiers"
        )
