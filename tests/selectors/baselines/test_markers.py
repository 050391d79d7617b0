"""markers against scanpy's lists, taken in turn."""

import anndata as ad
import numpy as np
import pytest
import scanpy as sc

from tests.support.cells import make_data
from tests.support.selectors import genes_of


def test_types_take_the_markers_of_scanpy_in_turn():
    data = make_data()
    train = data.of("train")
    cells = ad.AnnData(train.values)
    cells.var_names = list(data.genes)
    cells.obs["type"] = [data.classes[i] for i in train.labels]
    cells.obs["type"] = cells.obs["type"].astype("category")
    sc.tl.rank_genes_groups(cells, "type", method="wilcoxon")
    lists = {name: list(cells.uns["rank_genes_groups"]["names"][name]) for name in data.classes}
    expected = []
    while len(expected) < 8:
        for name in data.classes:
            expected.append(next(gene for gene in lists[name] if gene not in expected))
    assert genes_of("markers", data, sizes=[8]) == tuple(expected[:8])


@pytest.mark.parametrize("n_rare", [0, 1])
def test_a_type_that_is_hardly_there_has_no_turn(n_rare):
    data = make_data()
    train = np.flatnonzero((data.part == "train") & (data.labels == 2))
    data.labels[train[n_rare:]] = 0
    assert len(set(genes_of("markers", data))) == 6
