"""Preparation: filter, split, normalise and choose genes, by the training cells alone."""

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from spinn.arrays import Integers
from spinn.constraints.constraints import Constraints
from spinn.constraints.matching import log_absent, log_unmodelled, with_names
from spinn.constraints.measured import constraints_for
from spinn.constraints.rules import GeneRules
from spinn.data import FORMAT, PARTS, ExpressionData, decode
from spinn.preparation import inputs
from spinn.preparation.columns import CONSTANT, mean_and_std, row_sums
from spinn.preparation.features import genes_of
from spinn.preparation.split import split_cells
from spinn.preparation.thinning import log_normalise, recover_counts, whole_multiples

log = logging.getLogger(__name__)
MIN_TEST_CELLS = 5  # below, intervals and neighbours mean nothing


def prepare(  # noqa: PLR0913 - the config's sections, and what is asked of genes
    adata: ad.AnnData,
    *,
    dataset: Mapping[str, Any],
    preprocess: Mapping[str, Any],
    split: Mapping[str, Any],
    repeat: int = 0,
    rules: GeneRules | None = None,
    sizes: Sequence[int] = (),
    kept: Sequence[str] = (),
) -> ad.AnnData:
    """Return log-normalised cells by chosen genes, each cell in one part.

    Which genes, their mean and std are learnt from the training cells alone. Genes are sorted by
    name, so that their order in the input cannot matter. The input is not changed.

    Parameters
    ----------
    dataset, preprocess, split
        Sections of the config, see config/README.md; `values` is `counts` by default. With a
        `test` of 0, which no config has, no cell is held out.
    repeat
        Number of the split; each assigns the cells to parts again.
    rules, sizes
        Required genes are kept regardless of their variance; panels of each size must be possible.
    kept
        Genes that are kept likewise where they vary at all; those that do not are left out.

    Returns
    -------
    AnnData
        X float32 CSR; obs.part; var.mean, var.std; layers["counts"] where molecules are known;
        var.spinn_id, var.spinn_symbol where the dataset's gene_id, gene_symbol name a column.
    """
    values, rules = dataset.get("values", "counts"), rules or GeneRules()
    label, donor = dataset.get("label"), dataset.get("donor")
    matrix = inputs.matrix_of(adata, dataset.get("layer"))
    given = {key: dataset.get(key) for key in ("gene_id", "gene_symbol")}
    known, is_gene = genes_of(adata, dataset.get("layer"), **given)
    matrix = matrix if is_gene.all() else matrix[:, is_gene]
    inputs.check_values(matrix, values)
    columns = inputs.obs_column(adata, label, "label"), inputs.obs_column(adata, donor, "donor")
    targets = inputs.target_columns(adata, dataset.get("targets", ()))

    rows = np.flatnonzero(np.diff(matrix.indptr) >= max(preprocess["min_genes"], 1))
    if not len(rows):
        raise ValueError(
            f"no cell has min_genes = {preprocess['min_genes']} genes detected; lower it"
        )
    matrix = matrix[rows]
    labels, donors = (None if column is None else column[rows] for column in columns)
    shares = {name: split[name] for name in ("valid", "test")}
    part = split_cells(len(rows), **shares, seed=repeat, labels=labels, donors=donors)
    train, n_test = part == "train", int((part == "test").sum())
    if shares["test"] and n_test < MIN_TEST_CELLS:
        raise ValueError(
            f"{len(rows)} cells leave {n_test} to test on, and at least {MIN_TEST_CELLS} are "
            "needed; bring more cells or a larger split.test"
        )

    genes = np.array(known.names)
    order = np.argsort(genes, kind="stable")
    # Storage order decides which molecule meets which draw, so it must follow the genes' order.
    genes, matrix = genes[order], matrix[:, order].sorted_indices()
    known = known.of(genes.tolist())
    counts, total, lognorm, target_sum, how = _counts_and_lognorm(
        matrix, values, float(preprocess["target_sum"]), part != "test"
    )
    mean, std = (moment.astype(np.float32) for moment in mean_and_std(lognorm[train]))
    rules = with_names(rules, known)
    log_absent(rules, known)
    constraints = rules.resolve(known.names, mean)
    required = np.isin(genes, constraints.required)
    if (constant := required & (std <= CONSTANT)).any():
        raise ValueError(
            "required genes are constant in the training cells: "
            f"{', '.join(genes[constant][:5])}; a panel cannot use them; "
            "take them out of genes.required, or exclude them by name if a family brought them"
        )
    # A base gene that does not vary is measured and tells nothing, so it is not modelled.
    named = required | np.isin(genes, [*kept, *constraints.base])
    chosen, gene_filters = _choose_genes(lognorm[train], genes, std, named, preprocess)
    log_unmodelled(rules, genes[chosen].tolist())

    kept_names = known.of(genes[chosen].tolist())
    words = {"gene_id": kept_names.ids, "gene_symbol": kept_names.symbols}
    # Where no column is given, the names tell all that is known.
    words = {key.replace("gene", "spinn"): words[key] for key, column in given.items() if column}
    moments = {"mean": mean[chosen], "std": std[chosen]}
    kinds = {"part": part, "spinn_label": labels, "spinn_donor": donors}
    obs = pd.DataFrame(
        {name: pd.Categorical(kind) for name, kind in kinds.items() if kind is not None},
        index=pd.Index(adata.obs_names[rows].astype(str)),
    )
    if total is not None:
        obs["spinn_total_counts"] = total
    filters = {
        "cells_in": int(adata.n_obs),
        "cells_with_min_genes": len(rows),
        "features_in": len(is_gene),
        **gene_filters,
    }
    about = {
        "format": FORMAT,
        "label": label,
        "donor": donor,
        "classes": [] if labels is None else sorted(set(labels.tolist())),
        "targets": [name for name, _ in targets],
        "target_sum": target_sum,
        "has_counts": counts is not None,
        "values": how,
        "split": _split_table(part, labels, donors),
        "filters": filters,
        "var": list(words),
    }
    for name, number in filters.items():
        log.info("%s: %s", name, number)
    log.info("values: %s", how)
    target_values = [column[rows] for _, column in targets]
    made = ad.AnnData(
        X=lognorm[:, chosen],
        obs=obs,
        var=pd.DataFrame(moments | words, index=genes[chosen]),
        layers={} if counts is None else {"counts": counts[:, chosen]},
        obsm={"spinn_targets": np.column_stack(target_values)} if targets else {},
        uns={"spinn": json.dumps(about, sort_keys=True)},
    )
    if sizes:
        # Before any training: molecules and markers by cell type count as well.
        seen = expression_data(made).of("train", "valid")
        _check_sizes(sizes, constraints_for(rules, seen), seen.genes)
    return made


def with_source(prepared: ad.AnnData, path: str, sha256: str) -> ad.AnnData:
    """Return what `prepare` returned with the path and digest of the input that it is from."""
    about = json.loads(prepared.uns["spinn"])
    about["input"] = {"path": path, "sha256": sha256}
    sourced = prepared.copy()
    sourced.uns["spinn"] = json.dumps(about, sort_keys=True)
    return sourced


def expression_data(prepared: ad.AnnData) -> ExpressionData:
    """Return what `prepare` returned as `spinn.data.read_prepared` reads it from a file."""

    def read(place: str) -> Any:
        group, _, name = place.partition("/")
        table = getattr(prepared, group)
        if group not in ("obs", "var"):
            return table[name] if name else table
        column = table.index if name == "_index" else table[name]
        return column.to_numpy(dtype=None if is_numeric_dtype(column) else np.str_)

    return decode(json.loads(prepared.uns["spinn"]), read)


def _choose_genes(
    train: sp.csr_matrix,
    genes: NDArray[np.str_],
    std: NDArray[np.float32],
    named: NDArray[np.bool_],
    preprocess: Mapping[str, Any],
) -> tuple[Integers, dict[str, Any]]:
    """Return the positions of the genes that are kept, and how many genes pass each filter.

    Those ``named`` pass all but the last: no gene is kept that is constant.
    """
    seen_in = np.bincount(train.indices, minlength=len(genes))
    detected = (seen_in >= preprocess["min_cells"]) | named
    if not detected.any():
        raise ValueError(
            f"no gene is detected in min_cells = {preprocess['min_cells']} training cells; lower it"
        )
    variable = _variable_genes(train, detected, preprocess["n_top_genes"]) | named
    constant = variable & (std <= CONSTANT)
    if constant.any():
        names = ", ".join(genes[constant][:10])
        log.warning("dropped %d genes constant in the training cells: %s", constant.sum(), names)
    chosen = np.flatnonzero(variable & ~constant)
    return chosen, {
        "genes_in": len(genes),
        "genes_with_min_cells": int(detected.sum()),
        "genes_highly_variable": int(variable.sum()),
        "genes_constant_in_training": genes[constant].tolist(),
        "genes_out": len(chosen),
    }


def _check_sizes(sizes: Sequence[int], constraints: Constraints, genes: Sequence[str]) -> None:
    candidates = len(constraints.candidate_positions(genes))
    if max(sizes) > candidates:
        raise ValueError(
            f"panel_sizes: the largest panel ({max(sizes)}) needs as many genes, but after "
            f"filtering {candidates} may be chosen; request smaller panels or filter less"
        )
    try:
        constraints.check_sizes(sizes, genes)
    except ValueError as error:
        raise ValueError(f"panel_sizes: {error}") from None


def _counts_and_lognorm(
    matrix: sp.csr_matrix, values: str, target_sum: float, seen: NDArray[np.bool_]
) -> tuple[sp.csr_matrix | None, Integers | None, sp.csr_matrix, float, str]:
    """Return counts and totals where known, log-normalised values, their scale, and the source."""
    if values == "counts":
        counts = matrix.astype(np.int32)
        total = row_sums(counts)
        return counts, total, log_normalise(counts, total, target_sum), target_sum, "counts"
    lognorm = matrix.astype(np.float32)
    if recover_counts(lognorm[seen]) is None:  # test cells do not decide what selection reads
        return None, None, lognorm, target_sum, "lognorm; counts could not be recovered"
    counts, unit = whole_multiples(lognorm)
    inside = row_sums(counts)
    # Cells scaled to more than configured show it in their sums; halves must be on that scale.
    target_sum = max(target_sum, float((inside * unit)[seen].max()))
    total = np.maximum(np.round(target_sum / unit), inside).astype(np.int64)
    return counts, total, lognorm, target_sum, "lognorm; counts recovered from it exactly"


def _variable_genes(
    lognorm: sp.csr_matrix, detected: NDArray[np.bool_], n_top: int | None
) -> NDArray[np.bool_]:
    if n_top is None or detected.sum() <= n_top:
        return detected
    import scanpy as sc  # slow to import, and few genes need no choice

    positions = np.flatnonzero(detected)
    cells = ad.AnnData(lognorm[:, positions])
    sc.pp.highly_variable_genes(cells, n_top_genes=n_top, flavor="seurat")
    chosen = np.zeros_like(detected)
    chosen[positions[cells.var["highly_variable"].to_numpy()]] = True
    return chosen


def _split_table(
    part: NDArray[np.str_], labels: NDArray[np.str_] | None, donors: NDArray[np.str_] | None
) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name in filter(set(part.tolist()).__contains__, PARTS):
        here = part == name
        table[name] = {"cells": int(here.sum())}
        if labels is not None:
            table[name]["labels"] = Counter(labels[here].tolist())
        if donors is not None:
            table[name]["donors"] = sorted(set(donors[here].tolist()))
    return table
