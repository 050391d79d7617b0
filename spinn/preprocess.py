"""AnnData in: check, filter, split, normalise and choose genes; training cells decide."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import scanpy as sc
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.constraints import Constraints
from spinn.data import FORMAT
from spinn.split import split_cells
from spinn.thinning import log_normalise, recover_counts, whole_multiples

log = logging.getLogger(__name__)
LEAST_TEST_CELLS = 5  # below, intervals and neighbours mean nothing
BUNDLED = {"pbmc68k_reduced": sc.datasets.pbmc68k_reduced}


def read_input(path: str) -> ad.AnnData:
    """Read ``.h5ad``, ``.zarr`` or ``scanpy:NAME`` (a set that ships inside scanpy's wheel).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the name or the file's ending is not one of these.
    """
    if path.startswith("scanpy:"):
        name = path.removeprefix("scanpy:")
        if name not in BUNDLED:
            raise ValueError(
                f"scanpy:{name} does not ship with scanpy; there is {', '.join(BUNDLED)}"
            )
        return BUNDLED[name]()
    if not Path(path).exists():
        raise FileNotFoundError(f"no such file: {path}")
    if path.endswith(".h5ad"):
        return ad.read_h5ad(path)
    if path.endswith(".zarr"):
        return ad.read_zarr(path)
    raise ValueError(f"the input must end in .h5ad or .zarr, came {path}")


def input_digest(path: str) -> str:
    """Return the SHA-256 of an input: of the file, or of all files of a zarr folder by name."""
    if path.startswith("scanpy:"):
        adata = read_input(path)
        matrix = adata.raw.X if adata.raw is not None else adata.X
        return hashlib.sha256(np.ascontiguousarray(matrix.data).tobytes()).hexdigest()
    root, digest = Path(path), hashlib.sha256()
    for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
        if file.is_file():
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def prepare(
    adata: ad.AnnData,
    *,
    dataset: Mapping[str, Any],
    preprocess: Mapping[str, Any],
    split: Mapping[str, Any],
    repeat: int = 0,
    constraints: Constraints | None = None,
    largest_panel: int = 1,
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
    constraints
        Required genes are kept whatever their variance.
    largest_panel
        The data must have at least this many genes that a panel may hold.

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
    constraints = constraints or Constraints()
    values, label, donor = (
        dataset.get("values", "counts"),
        dataset.get("label"),
        dataset.get("donor"),
    )
    genes, matrix = _matrix(adata, dataset.get("layer"))
    _check_genes(genes, constraints)
    _check_values(matrix, values)
    label_values = _obs_column(adata, label, "label")
    donor_values = _obs_column(adata, donor, "donor")
    target_values = _targets(adata, dataset.get("targets", ()))

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
    required = np.isin(genes, constraints.required)
    detected = (seen_in >= preprocess["min_cells"]) | required
    if not detected.any():
        raise ValueError(
            f"no gene is detected in min_cells = {preprocess['min_cells']} training cells; lower it"
        )
    variable = _variable_genes(lognorm[train], detected, preprocess["n_top_genes"]) | required
    mean, std = _moments(lognorm[train])
    constant = variable & (std <= 1e-6)
    if (constant & required).any():
        raise ValueError(
            "required genes are constant in the training cells: "
            f"{', '.join(genes[constant & required][:5])}; a panel cannot use them"
        )
    if constant.any():
        log.warning(
            "dropped %d genes constant in the training cells: %s",
            constant.sum(),
            ", ".join(genes[constant][:10]),
        )
    chosen = np.flatnonzero(variable & ~constant)
    candidates = len(chosen) - int(np.isin(genes[chosen], constraints.excluded).sum())
    if largest_panel > candidates:
        raise ValueError(
            f"panel_sizes: the largest panel ({largest_panel}) needs as many genes, but after "
            f"filtering {candidates} may be chosen; ask for smaller panels or filter less"
        )

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


def _matrix(adata: ad.AnnData, layer: str | None) -> tuple[NDArray[np.str_], sp.csr_matrix]:
    if layer == "raw":
        if adata.raw is None:
            raise KeyError("layer: raw was asked for, but the data have no .raw; set layer: null")
        names, matrix = adata.raw.var_names, adata.raw.X
    elif layer is None:
        names, matrix = adata.var_names, adata.X
    elif layer in adata.layers:
        names, matrix = adata.var_names, adata.layers[layer]
    else:
        there = ", ".join(map(str, adata.layers)) or "none"
        raise KeyError(f"layer: {layer!r} is not there; layers: {there} (null for X, raw for .raw)")
    if matrix is None:
        raise ValueError("the data have no X; name a layer")
    csr = sp.csr_matrix(matrix, copy=True)  # the caller's matrix is not ours to change
    csr.sum_duplicates()
    csr.eliminate_zeros()
    return np.asarray(names, dtype=np.str_), csr


def _check_genes(genes: NDArray[np.str_], constraints: Constraints) -> None:
    names, times = np.unique(genes, return_counts=True)
    repeated = names[times > 1]
    if len(repeated):
        raise ValueError(
            f"gene names must be distinct; {len(repeated)} repeat: {', '.join(repeated[:5])}; "
            "make them unique (adata.var_names_make_unique()) or use identifiers"
        )
    for what in ("required", "excluded"):
        absent = sorted(set(getattr(constraints, what)) - set(names.tolist()))
        if absent and what == "required":
            raise KeyError(
                f"genes.required: {len(absent)} absent from the data: {', '.join(absent[:5])}; "
                "names must match the var names"
            )
        if absent:
            log.warning("genes.excluded: %d not in the data anyway: %s", len(absent), absent[:5])


def _check_values(matrix: sp.csr_matrix, declared: str) -> None:
    data = matrix.data
    if not np.isfinite(data).all():
        row = int(np.searchsorted(matrix.indptr, np.flatnonzero(~np.isfinite(data))[0], "right"))
        raise ValueError(f"values must be finite; NaN or infinity in cell {row - 1}; clean them")
    if len(data) == 0:
        raise ValueError("the matrix holds zeros only")
    if data.min() < 0:
        raise ValueError(
            f"values must not be negative, came {data.min():.3g}: the matrix looks scaled; "
            "name a layer with counts or log-normalised values (layer: raw?)"
        )
    whole = bool(np.all(data == np.round(data)))
    if declared == "counts" and not whole:
        odd = data[data != np.round(data)][:3]
        raise ValueError(
            "values: counts was declared, but the matrix holds "
            f"{', '.join(f'{v:.3g}' for v in odd)}; declare values: lognorm or name another layer"
        )
    if declared == "lognorm" and (whole or data.max() > 30):
        raise ValueError(
            "values: lognorm was declared, but the matrix holds "
            f"{'whole numbers' if whole else 'values'} up to {data.max():.6g}; "
            f"{'declare values: counts' if whole else 'take log1p first'} or name another layer"
        )


def _obs_column(adata: ad.AnnData, column: str | None, key: str) -> NDArray[np.str_] | None:
    if column is None:
        return None
    if column not in adata.obs:
        raise KeyError(
            f"{key}: {column!r} is not a column of obs; those there: {', '.join(adata.obs.columns)}"
        )
    values = adata.obs[column]
    if values.isna().any():
        raise ValueError(
            f"{key}: obs column {column!r} has no value for {int(values.isna().sum())} of "
            f"{len(values)} cells ({', '.join(adata.obs_names[values.isna()][:3])}); "
            "fill it or drop those cells"
        )
    if key == "label" and values.nunique() < 2:
        raise ValueError(
            f"label: obs column {column!r} holds one value only, {values.iloc[0]!r}; types need at "
            "least two; set label: null"
        )
    return values.astype(str).to_numpy(dtype=np.str_)


def _targets(adata: ad.AnnData, names: Sequence[str]) -> list[tuple[str, NDArray[np.float32]]]:
    columns: list[tuple[str, NDArray[np.float32]]] = []
    for name in names:
        if name.startswith("obsm/"):
            key = name.removeprefix("obsm/")
            if key not in adata.obsm:
                there = ", ".join(adata.obsm) or "none"
                raise KeyError(f"targets: {key!r} is not in obsm; those there: {there}")
            held = adata.obsm[key]
            block = np.asarray(held.toarray() if sp.issparse(held) else held, dtype=np.float32)
            columns += [(f"{name}/{i}", block[:, i]) for i in range(block.shape[1])]
        elif name not in adata.obs:
            there = ", ".join(adata.obs.columns)
            raise KeyError(f"targets: {name!r} is not a column of obs; those there: {there}")
        elif not pd.api.types.is_numeric_dtype(adata.obs[name]):
            raise ValueError(f"targets: obs column {name!r} must be numeric to be regressed on")
        else:
            columns.append((name, adata.obs[name].to_numpy(dtype=np.float32)))
    for name, column in columns:
        if not np.isfinite(column).all():
            raise ValueError(f"targets: {name!r} has missing or infinite values; fill or drop them")
    return columns


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
