"""Writing a run's scores.csv; reading and writing its numbers per test cell, cells.npz."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spinn.metrics.cell_scores import CellScores
from spinn.records.rows import write_rows

SCORES = ("dataset", "split", "task", "selector", "seed", "size", "target", "metric", "value")


def read_cells(path: Path | str) -> CellScores:
    """Read a per-cell file; it must hold `sizes` and `block`, and its shapes must agree."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if missing := {"sizes", "block"} - arrays.keys():
        raise ValueError(f"{path} must hold sizes and block, lacks {sorted(missing)}")
    fields: dict[str, Any] = {"ratio": {}, "mean": {}}
    for name, array in arrays.items():
        kind, _, metric = name.partition("/")
        if metric:
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


def write_scores(
    path: Path | str,
    keys: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    cells: CellScores | None,
) -> None:
    """Write a run's scores.csv to a path, and its cells.npz to the same folder.

    ``keys`` are dataset, split, task, selector and seed; ``rows`` have size, target, metric and
    value. A run that failed has neither rows nor cells; its files then hold no numbers.
    """
    write_rows(path, SCORES, ({**keys, **row} for row in rows), float_format=".6g")
    nothing = CellScores(sizes=np.array([]), block=np.array([]))
    write_cells(Path(path).with_name("cells.npz"), nothing if cells is None else cells)
