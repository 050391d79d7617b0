"""Reading and writing the numbers per test cell, cells.npz."""

from pathlib import Path
from typing import Any

import numpy as np

from spinn.metrics.cell_scores import CellScores


def read_cells(path: Path | str) -> CellScores:
    """Read a per-cell file.

    Raises
    ------
    ValueError
        When the file lacks `sizes` or `block`, or its shapes do not agree.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if missing := {"sizes", "block"} - arrays.keys():
        raise ValueError(f"{path} must hold sizes and block, lacks {sorted(missing)}")
    fields: dict[str, Any] = {"ratio": {}, "mean": {}}
    for name, array in arrays.items():
        kind, slash, metric = name.partition("/")
        if slash:
            fields[kind][metric] = array
        else:
            fields[name] = array
    try:
        return CellScores(**fields)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def write_cells(path: Path | str, cells: CellScores) -> None:
    """Write a per-cell file; ratios and means become float32."""
    arrays: dict[str, Any] = {
        "sizes": np.asarray(cells.sizes, dtype=np.int64),
        "block": np.asarray(cells.block, dtype=np.str_),
    }
    for kind, group in (("ratio", cells.ratio), ("mean", cells.mean)):
        arrays |= {f"{kind}/{name}": array.astype(np.float32) for name, array in group.items()}
    if cells.truth is not None and cells.predicted is not None:
        arrays |= {
            "truth": cells.truth.astype(np.int32),
            "predicted": cells.predicted.astype(np.int32),
            "classes": np.asarray(cells.classes, dtype=np.str_),
        }
    np.savez_compressed(path, **arrays)
