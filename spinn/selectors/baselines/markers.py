"""Marker genes of cell types, by scanpy's rank-sum test."""

import numpy as np

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.panel import PanelPath
from spinn.selectors.by_type import by_type
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "markers",
    "kind": "baseline",
    "order": 5,
    "takes": "each type's best Wilcoxon markers in turn (scanpy)",
    "needs_labels": True,
    "is_default": True,
    "colour": "#8c8c8c",
    "marker": "P",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Let each cell type in turn take its best remaining Wilcoxon marker."""
    return by_type(cells, _rank_sums(cells.data.of("train")), run)


def _rank_sums(train: ExpressionData) -> Floats:
    """Return each class's rank-sum score per gene against all other cells, shape (types, genes).

    A class of fewer than two training cells has no such scores and gets no row.
    """
    import anndata as ad
    import pandas as pd
    import scanpy as sc

    labels = np.asarray(train.labels)
    obs = pd.DataFrame({"label": pd.Categorical(labels.astype(str))}, index=train.cells)
    adata = ad.AnnData(train.values, obs=obs)
    adata.var_names = list(train.genes)
    groups = [str(kind) for kind in np.flatnonzero(np.bincount(labels) > 1)]
    sc.tl.rank_genes_groups(adata, "label", groups=groups, method="wilcoxon", use_raw=False)
    table = adata.uns["rank_genes_groups"]
    scores = np.empty((len(groups), train.n_genes))
    for row, group in enumerate(groups):
        scores[row, train.positions(table["names"][group].tolist())] = table["scores"][group]
    return scores
