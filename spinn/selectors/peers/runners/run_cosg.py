"""COSG: types in turn take their best remaining gene by the peer's score.

Settings are the package's own. It ranks genes for every type and leaves open how to join the
lists; a gene that COSG finds too rarely expressed in a type (score -1) is not taken for it.
"""

import anndata as ad
import cosg
import pandas as pd
from exchange import Answer, Cells, Request, serve

ENTRY = {
    "name": "cosg",
    "kind": "package",
    "order": 2,
    "takes": "cosine similarity with one cell type against the others, types in turn",
    "source": "Dai et al. 2022",
    "needs_labels": True,
    "marker": ">",
}


def choose(cells: Cells, request: Request) -> Answer:
    """Return a ranking of all genes that are a marker of some type."""
    train = cells.of("train")
    obs = pd.DataFrame({"type": pd.Categorical(train.labels)})
    obs.index = obs.index.astype(str)
    adata = ad.AnnData(train.values, obs=obs, var=pd.DataFrame(index=train.genes))
    cosg.cosg(adata, groupby="type", n_genes_user=len(train.genes))
    table = adata.uns["cosg"]
    lists = [
        [(gene, float(score)) for gene, score in zip(*pair, strict=True) if score > 0]
        for pair in zip(
            (table["names"][name] for name in table["names"].dtype.names),
            (table["scores"][name] for name in table["scores"].dtype.names),
            strict=True,
        )
    ]
    chosen: dict[str, float] = {}
    heads = [iter(markers) for markers in lists]
    while heads:
        left = []
        for head in heads:
            pick = next(((gene, score) for gene, score in head if gene not in chosen), None)
            if pick is not None:
                chosen[pick[0]] = pick[1]
                left.append(head)
        heads = left
    return Answer(ranking=list(chosen), scores=chosen)


if __name__ == "__main__":
    serve("cosg", choose)
