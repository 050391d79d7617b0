"""Preparation: filter, split, normalise and choose genes; training cells decide."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import scanpy as sc
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.constraints.constraints import Constraints
from spinn.constraints.rules import GeneRules
from spinn.data import FORMAT, ExpressionData
from spinn.preparation.inputs import (
    check_genes,
    check_values,
    matrix_of,
    obs_column,
    target_columns,
)
from spinn.preparation.split import split_cells
from spinn.preparation.thinning import log_normalise, recover_counts, whole_multiples

log = logging.getLogger(__name__)
LEAST_TEST_CELLS = 5  # below, intervals and neighbours mean nothing


def prepare(
    adata: ad.AnnData,
    *,
    dataset: Mapping[str, Any],
    preprocess: Mapping[str, Any],
    split: Mapping[str, Any],
    repeat: int = 0,
    rules: GeneRules | None = None,
    sizes: Sequence[int] = (),
) -> ad.AnnData:
    """Return log-normalised cells by chosen genes, each cell in one part.

    Everything learnt from the data (which genes, their mean and std) is learnt from the training
    cells alone. Genes come out sorted by name, so that their order in the input cannot matter.

    Parameters
    ----------
    adata
        Cells by genes; not changed.
    dataset
        layer: None for X, `raw`, or a layer's name. values: `counts` (molecules, the default) or
        `lognorm` (log1p of scaled counts). label, donor: obs columns, or None. targets: numeric
        obs columns or ``obsm/NAME``, for regression.
    preprocess
        min_cells, min_genes, target_sum, n_top_genes (None: all).
    split
        valid, test: shares of cells.
    repeat
        Number of the split; each deals the cells anew.
    rules
        Required genes are kept whatever their variance.
    sizes
        Of the panels; each must be possible under these rules.

    Returns
    -------
    AnnData
        X float32 CSR; obs.part; var.mean, var.std; layers["counts"] where molecules are known.

    Raises
    ------
    KeyError
        If a layer, column or required gene is absent; those there are named.
    ValueError
        If the matrix is not what was declared, names repeat, or nothing is left.
    """
    values, label, donor = (
        dataset.get("values", "counts"),
        dataset.get("label"),
        dataset.get("donor"),
    )
    genes, matrix = matrix_of(adata, dataset.get("layer"))
    check_genes(genes)
    check_values(matrix, values)
    label_values = obs_column(adata, label, "label")
    donor_values = obs_column(adata, donor, "donor")
    target_values = target_columns(adata, dataset.get("targets", ()))

    enough = np.diff(matrix.indptr) >= max(preprocess["min_genes"], 1)
    if not enough.any():
        raise ValueError(
            f"no cell has min_genes = {preprocess['min_genes']} genes detected; lower it"
        )
    rows = np.flatnonzero(enough)
    matrix = matrix[rows]
    part = split_cells(
        len(rows),
        valid=split["valid"],
        test=split["test"],
        seed=repeat,
        labels=None if label_values is None else label_values[rows],
        donors=None if donor_values is None else donor_values[rows],
    )
    train, n_test = part == "train", int((part == "test").sum())
    if n_test < LEAST_TEST_CELLS:
        raise ValueError(
            f"{len(rows)} cells leave {n_test} to test on, and at least {LEAST_TEST_CELLS} are "
            "needed; bring more cells or a larger split.test"
        )

    order = np.argsort(genes, kind="stable")
    # Storage order decides which molecule meets which draw, so it must follow the genes' order.
    genes, matrix = genes[order], matrix[:, order].sorted_indices()
    counts, total, lognorm, target_sum, how = _counts_and_lognorm(
        matrix, values, float(preprocess["target_sum"]), part != "test"
    )
    seen_in = np.bincount(lognorm[train].indices, minlength=len(genes))
    mean, std = _moments(lognorm[train])
    constraints = (rules or GeneRules()).resolve(genes.tolist(), mean)
    required = np.isin(genes, constraints.required)
    detected = (seen_in >= preprocess["min_cells"]) | required
    if not detected.any():
        raise ValueError(
            f"no gene is detected in min_cells = {preprocess['min_cells']} training cells; lower it"
        )
    variable = _variable_genes(lognorm[train], detected, preprocess["n_top_genes"]) | required
    constant = variable & (std <= 1e-6)
    if (constant & required).any():
        raise ValueError(
            "required genes are constant in the training cells: "
            f"{', '.join(genes[constant & required][:5])}; a panel cannot use them; "
            "take them out of genes.required, or exclude them by name if a family brought them"
        )
    if constant.any():
        log.warning(
            "dropped %d genes constant in the training cells: %s",
            constant.sum(),
            ", ".join(genes[constant][:10]),
        )
    chosen = np.flatnonzero(variable & ~constant)
    if sizes:
        _check_sizes(sizes, constraints, genes[chosen].tolist())

    obs = pd.DataFrame(
        {"part": pd.Categorical(part)}, index=pd.Index(adata.obs_names[rows].astype(str))
    )
    if label_values is not None:
        obs["spinn_label"] = pd.Categorical(label_values[rows])
    if donor_values is not None:
        obs["spinn_donor"] = pd.Categorical(donor_values[rows])
    if total is not None:
        obs["spinn_total_counts"] = total
    about = {
        "format": FORMAT,
        "label": label,
        "donor": donor,
        "classes": [] if label_values is None else sorted(set(label_values[rows].tolist())),
        "targets": [name for name, _ in target_values],
        "target_sum": target_sum,
        "has_counts": counts is not None,
        "values": how,
        "split": _split_table(part, label_values, donor_values, rows),
        "filters": {
            "cells_in": int(adata.n_obs),
            "cells_with_min_genes": len(rows),
            "genes_in": len(genes),
            "genes_with_min_cells": int(detected.sum()),
            "genes_highly_variable": int(variable.sum()),
            "genes_constant_in_training": genes[constant].tolist(),
            "genes_out": len(chosen),
        },
    }
    for name, number in about["filters"].items():  # type: ignore[union-attr]
        log.info("%s: %s", name, number)
    log.info("values: %s", how)
    return ad.AnnData(
        X=lognorm[:, chosen],
        obs=obs,
        var=pd.DataFrame({"mean": mean[chosen], "std": std[chosen]}, index=genes[chosen]),
        layers={} if counts is None else {"counts": counts[:, chosen]},
        obsm={}
        if not target_values
        else {"spinn_targets": np.column_stack([v[rows] for _, v in target_values])},
        uns={"spinn": json.dumps(about, sort_keys=True)},
    )


def expression_data(prepared: ad.AnnData) -> ExpressionData:
    """Return what `prepare` returned as `spinn.data.read_prepared` reads it from a file."""
    about, obs = json.loads(prepared.uns["spinn"]), prepared.obs
    classes = tuple(about["classes"])
    code = {name: i for i, name in enumerate(classes)}
    return ExpressionData(
        values=prepared.X,
        genes=tuple(prepared.var_names.tolist()),
        cells=prepared.obs_names.to_numpy(dtype=np.str_),
        part=obs["part"].to_numpy(dtype=np.str_),
        mean=prepared.var["mean"].to_numpy(),
        std=prepared.var["std"].to_numpy(),
        counts=prepared.layers["counts"] if about["has_counts"] else None,
        total_counts=obs["spinn_total_counts"].to_numpy() if about["has_counts"] else None,
        target_sum=about["target_sum"],
        labels=np.array([code[name] for name in obs["spinn_label"]]) if about["label"] else None,
        classes=classes,
        donors=obs["spinn_donor"].to_numpy(dtype=np.str_) if about["donor"] else None,
        targets=prepared.obsm["spinn_targets"] if about["targets"] else None,
        target_names=tuple(about["targets"]),
    )


def _check_sizes(sizes: Sequence[int], constraints: Constraints, genes: Sequence[str]) -> None:
    candidates = len(constraints.candidate_positions(genes))
    if max(sizes) > candidates:
        raise ValueError(
            f"panel_sizes: the largest panel ({max(sizes)}) needs as many genes, but after "
            f"filtering {candidates} may be chosen; ask for smaller panels or filter less"
        )
    try:
        constraints.check_sizes(sizes, genes)
    except ValueError as error:
        raise ValueError(f"panel_sizes: {error}") from None


def _counts_and_lognorm(
    matrix: sp.csr_matrix, values: str, target_sum: float, seen: NDArray[np.bool_]
) -> tuple[sp.csr_matrix | None, NDArray[np.int64] | None, sp.csr_matrix, float, str]:
    if values == "counts":
        counts = matrix.astype(np.int32)
        total = np.asarray(counts.sum(axis=1)).ravel().astype(np.int64)
        return counts, total, log_normalise(counts, total, target_sum), target_sum, "counts"
    lognorm = matrix.astype(np.float32)
    if recover_counts(lognorm[seen]) is None:  # test cells have no say in what selection reads
        return None, None, lognorm, target_sum, "lognorm; counts could not be recovered"
    counts, unit = whole_multiples(lognorm)
    inside = np.asarray(counts.sum(axis=1)).ravel()
    # Cells scaled to more than asked for show it in their sums; halves must be on the same scale.
    target_sum = max(target_sum, float((inside * unit)[seen].max()))
    total = np.maximum(np.round(target_sum / unit), inside).astype(np.int64)
    return counts, total, lognorm, target_sum, "lognorm; counts recovered from it exactly"


def _variable_genes(
    lognorm: sp.csr_matrix, detected: NDArray[np.bool_], n_top: int | None
) -> NDArray[np.bool_]:
    if n_top is None or detected.sum() <= n_top:
        return detected
    positions = np.flatnonzero(detected)
    cells = ad.AnnData(lognorm[:, positions])
    sc.pp.highly_variable_genes(cells, n_top_genes=n_top, flavor="seurat")
    chosen = np.zeros_like(detected)
    chosen[positions[cells.var["highly_variable"].to_numpy()]] = True
    return chosen


def _moments(values: sp.csr_matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    wide = values.astype(np.float64)
    mean = np.asarray(wide.mean(axis=0)).ravel()
    square = np.asarray(wide.multiply(wide).mean(axis=0)).ravel()
    std = np.sqrt(np.maximum(square - mean**2, 0))
    return mean.astype(np.float32), std.astype(np.float32)


def _split_table(
    part: NDArray[np.str_],
    labels: NDArray[np.str_] | None,
    donors: NDArray[np.str_] | None,
    rows: NDArray[np.int64],
) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name in ("train", "valid", "test"):
        here = part == name
        entry: dict[str, Any] = {"cells": int(here.sum())}
        if labels is not None:
            classes, times = np.unique(labels[rows][here], return_counts=True)
            entry["labels"] = dict(zip(classes.tolist(), times.tolist(), strict=True))
        if donors is not None:
            entry["donors"] = sorted(set(donors[rows][here].tolist()))
        table[name] = entry
    return table
