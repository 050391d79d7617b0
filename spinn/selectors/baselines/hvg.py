"""Highly variable genes, by scanpy."""

import numpy as np

from spinn.panel import PanelPath
from spinn.selectors.by_score import by_score
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "hvg",
    "kind": "baseline",
    "order": 4,
    "takes": "largest normalised dispersion (scanpy)",
    "is_default": True,
    "colour": "#595959",
    "marker": "v",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Rank genes by scanpy's normalised dispersion (flavour seurat) on the training cells."""
    import anndata as ad
    import scanpy as sc

    train = ad.AnnData(cells.data.of("train").values)
    n_top = min(max(run.sizes), cells.data.n_genes)
    sc.pp.highly_variable_genes(train, flavor="seurat", n_top_genes=n_top)
    dispersion = np.nan_to_num(train.var["dispersions_norm"].to_numpy(np.float64), nan=-np.inf)
    return by_score(cells, np.maximum(dispersion, -1e9), run)
