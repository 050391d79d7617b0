"""AnnData as input: how it is read, and what must hold of it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

BUNDLED = ("pbmc68k_reduced",)


def read_input(path: str) -> ad.AnnData:
    """Read ``.h5ad``, ``.zarr`` or ``scanpy:NAME`` (a set that ships inside scanpy's wheel)."""
    if path.startswith("scanpy:"):
        name = path.removeprefix("scanpy:")
        if name not in BUNDLED:
            raise ValueError(f"{path} does not ship with scanpy; there is {', '.join(BUNDLED)}")
        import scanpy as sc  # slow to import, and a user's own cells do not need it

        return getattr(sc.datasets, name)()
    if not Path(path).exists():
        raise FileNotFoundError(f"no such file: {path}")
    readers = {".h5ad": ad.read_h5ad, ".zarr": ad.read_zarr}
    if (suffix := Path(path).suffix) not in readers:
        raise ValueError(f"the input must end in .h5ad or .zarr, got {path}")
    try:
        return readers[suffix](path)
    except OSError as error:
        raise ValueError(
            f"{path} must be a whole {suffix} of AnnData and cannot be read ({error}); is it cut "
            "off, or of another kind?"
        ) from None


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


def matrix_of(adata: ad.AnnData, layer: str | None) -> sp.csr_matrix:
    """Return a copy of the matrix of X, `raw` or a layer, as CSR."""
    if layer == "raw":
        if adata.raw is None:
            raise KeyError("layer is raw, but the data have no .raw; set layer: null")
        matrix = adata.raw.X
    elif layer is None:
        matrix = adata.X
    elif layer in adata.layers:
        matrix = adata.layers[layer]
    else:
        there = ", ".join(map(str, adata.layers)) or "none"
        raise KeyError(f"layer: {layer!r} is not there; layers: {there} (null for X, raw for .raw)")
    if matrix is None:
        raise ValueError("the data have no X; name a layer")
    csr = sp.csr_matrix(matrix, copy=True)  # the caller's matrix must not change
    csr.sum_duplicates()
    csr.eliminate_zeros()
    return csr


def features_of(adata: ad.AnnData, layer: str | None) -> pd.DataFrame:
    """Return var of X, `raw` or a layer, indexed by the names of the features."""
    raw = layer == "raw" and adata.raw is not None
    return adata.raw.var if raw else adata.var


def values_of(adata: ad.AnnData, layer: str | None) -> str:
    """Return what a matrix seems to hold: `counts` if all values are whole, else `lognorm`."""
    return "counts" if _are_whole(matrix_of(adata, layer).data) else "lognorm"


_NOT_LOGNORM = "if they are counts, round them and declare values: counts, otherwise take log1p"


def check_values(matrix: sp.csr_matrix, declared: str) -> None:
    """Raise ValueError unless the matrix is finite, not negative, and what was declared."""
    data = matrix.data
    if not np.isfinite(data).all():
        row = int(np.searchsorted(matrix.indptr, np.flatnonzero(~np.isfinite(data))[0], "right"))
        raise ValueError(f"values must be finite; NaN or infinity in cell {row - 1}; clean them")
    if len(data) == 0:
        raise ValueError("the matrix holds zeros only")
    if data.min() < 0:
        raise ValueError(
            f"values must not be negative, got {data.min():.3g}: the matrix seems scaled; "
            "name a layer with counts or log-normalised values (layer: raw?)"
        )
    whole = _are_whole(data)
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
            + ("declare values: counts" if whole else _NOT_LOGNORM)
            + "; or name another layer"
        )


def _are_whole(data: NDArray[np.floating]) -> bool:
    return bool(np.all(data == np.round(data)))


def obs_column(adata: ad.AnnData, column: str | None, key: str) -> NDArray[np.str_] | None:
    """Return an obs column as text, or None without a name; ``key`` is its setting."""
    if column is None:
        return None
    _check_column(adata, column, key)
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


def _check_column(adata: ad.AnnData, column: str, key: str) -> None:
    if column not in adata.obs:
        columns = ", ".join(adata.obs.columns)
        raise KeyError(f"{key}: {column!r} is not a column of obs; those there: {columns}")


def target_columns(
    adata: ad.AnnData, names: Sequence[str]
) -> list[tuple[str, NDArray[np.float32]]]:
    """Return numeric obs columns and ``obsm/NAME`` columns as (name, values) pairs."""
    columns: list[tuple[str, NDArray[np.float32]]] = []
    for name in names:
        if name.startswith("obsm/"):
            key = name.removeprefix("obsm/")
            if key not in adata.obsm:
                keys = ", ".join(adata.obsm) or "none"
                raise KeyError(f"targets: {key!r} is not in obsm; those there: {keys}")
            array = adata.obsm[key]
            block = np.asarray(array.toarray() if sp.issparse(array) else array, dtype=np.float32)
            columns += [(f"{name}/{i}", block[:, i]) for i in range(block.shape[1])]
            continue
        _check_column(adata, name, "targets")
        if not pd.api.types.is_numeric_dtype(adata.obs[name]):
            raise ValueError(f"targets: obs column {name!r} must be numeric to be regressed on")
        columns.append((name, adata.obs[name].to_numpy(dtype=np.float32)))
    for name, column in columns:
        if not np.isfinite(column).all():
            raise ValueError(f"targets: {name!r} has missing or infinite values; fill or drop them")
    return columns
