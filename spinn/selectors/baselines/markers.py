"""Genes that tell cell types apart: each type in turn takes its best remaining marker. No torch."""

from collections.abc import Callable, Sequence

import numpy as np

from spinn.arrays import Floats
from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.panel import PanelPath, ranked_path


def markers(
    data: ExpressionData, *, sizes: Sequence[int], seed: int, constraints: Constraints, task: str
) -> PanelPath:
    """Round-robin over cell types, each in turn taking its best remaining Wilcoxon marker.

    Raises
    ------
    ValueError
        If the data have no labels.
    """
    del seed, task
    check_labels(data, "markers")
    return in_turn(data, _wilcoxon, sizes, constraints)


def check_labels(data: ExpressionData, selector: str) -> None:
    """Raise ValueError where a selector's data have no labels."""
    if data.labels is None:
        raise ValueError(f"{selector} needs labels; name an obs column as label")


def in_turn(
    data: ExpressionData,
    scores_of: Callable[[ExpressionData], Floats],
    sizes: Sequence[int],
    constraints: Constraints,
) -> PanelPath:
    """Let the rows of a (types, genes) table of the training cells take genes in turn."""
    constraints.check_sizes(sizes, data.genes)
    scores = scores_of(data.of("train"))
    order = np.lexsort((np.broadcast_to(np.arange(data.n_genes), scores.shape), -scores), axis=1)
    allowed = set(constraints.candidate_positions(data.genes).tolist())
    chosen = dict.fromkeys(constraints.required_positions(data.genes).tolist(), np.inf)
    heads = [iter(row.tolist()) for row in order]
    while len(chosen) < max(sizes):
        for c, head in enumerate(heads):
            gene = next((g for g in head if g in allowed and g not in chosen), None)
            if gene is not None:
                chosen[gene] = float(scores[c, gene])
    positions = list(chosen)
    return ranked_path([data.genes[i] for i in positions], list(chosen.values()), sizes)


def _wilcoxon(train: ExpressionData) -> Floats:
    """Return each class's rank-sum score per gene against all other cells.

    A class of fewer than two training cells has no such scores and gets no row.
    """
    import anndata as ad
    import pandas as pd
    import scanpy as sc

    labels = np.asarray(train.labels).astype(str)
    obs = pd.DataFrame({"label": pd.Categorical(labels)}, index=train.cells)
    cells = ad.AnnData(train.values, obs=obs)
    cells.var_names = list(train.genes)
    groups = [str(c) for c in np.flatnonzero(np.bincount(train.labels) > 1)]  # type: ignore[arg-type]
    sc.tl.rank_genes_groups(cells, "label", groups=groups, method="wilcoxon", use_raw=False)
    table = cells.uns["rank_genes_groups"]
    scores = np.empty((len(groups), train.n_genes))
    for row, group in enumerate(groups):
        scores[row, train.positions(table["names"][group].tolist())] = table["scores"][group]
    return scores
