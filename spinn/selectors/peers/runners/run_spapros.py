"""Spapros: its whole selection pipeline, which returns all genes in its order.

Settings are the package's own, with all candidates as input genes and required genes as its
preselected ones. It takes a seed and uses 0 whatever it is given.
"""

import anndata as ad
import numpy as np
import pandas as pd
from exchange import Answer, Cells, Request, serve
from spapros import se

ENTRY = {
    "name": "spapros",
    "kind": "package",
    "order": 3,
    "takes": "principal components, marker tests and decision trees per type",
    "source": "Kuemmerle et al. 2024",
    "needs_labels": True,
    "marker": "d",
}


def choose(cells: Cells, request: Request) -> Answer:
    """Return the genes in the order of the probe set's table."""
    train = cells.of("train")
    obs = pd.DataFrame({"type": pd.Categorical(train.labels)})
    obs.index = obs.index.astype(str)
    np.random.seed(0)  # noqa: NPY002 - for what draws before the package seeds it
    selector = se.ProbesetSelector(
        ad.AnnData(train.values, obs=obs, var=pd.DataFrame(index=train.genes)),
        celltype_key="type",
        genes_key=None,
        n=max(request.sizes),
        preselected_genes=list(request.required),
        verbosity=0,
        n_jobs=request.threads,
    )
    selector.select_probeset()
    table = selector.probeset.sort_values("gene_nr")
    ranked = table[table["rank"].notna() | (table["pca_score"] != 0)]
    importance = ranked["importance_score"].dropna()
    return Answer(ranking=ranked.index.tolist(), scores=importance.astype(float).to_dict())


if __name__ == "__main__":
    serve("spapros", choose)
