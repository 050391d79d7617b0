"""hvg against scanpy's own choice."""

import anndata as ad
import numpy as np
import scanpy as sc

from tests.support.cells import make_data
from tests.support.selectors import choose


def test_it_is_the_choice_of_scanpy():
    data = make_data(n_genes=40)
    train = ad.AnnData(data.of("train").values)
    train.var_names = list(data.genes)
    sc.pp.highly_variable_genes(train, n_top_genes=10)
    path = choose("hvg", data, sizes=[10])
    assert set(path.of_size(10).genes) <= set(train.var_names[train.var.highly_variable])
    dispersion = train.var.dispersions_norm.sort_values(ascending=False)  # with ties
    np.testing.assert_allclose([place.score for place in path.ranking], dispersion)
