"""Real cells for the benchmarks that judge panels."""

from functools import cache
from pathlib import Path

from spinn.data import ExpressionData, read_prepared
from spinn.preparation.inputs import read_input
from spinn.preparation.preprocess import prepare

PBMC3K = Path(__file__).parents[2] / "shared" / "data" / "pbmc3k.h5ad"
PREPARED = Path("results") / "bench_cells.h5ad"


@cache
def cells() -> tuple[str, ExpressionData]:
    """Return a name and prepared cells: pbmc3k where it is at hand, else those inside scanpy."""
    if PBMC3K.exists():
        name, path, about = "pbmc3k", str(PBMC3K), {"values": "counts", "label": "cell_type"}
    else:
        name, path = "pbmc68k_reduced (pbmc3k is not at hand)", "scanpy:pbmc68k_reduced"
        about = {"layer": "raw", "values": "lognorm", "label": "bulk_labels"}
    prepared = prepare(
        read_input(path),
        dataset=about,
        preprocess={"min_cells": 10, "min_genes": 0, "target_sum": 1e4, "n_top_genes": 2000},
        split={"valid": 0.1, "test": 0.2},
    )
    PREPARED.parent.mkdir(parents=True, exist_ok=True)
    prepared.write_h5ad(PREPARED)
    return name, read_prepared(PREPARED)
