"""pca against scikit-learn's."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tests.support.cells import make_data
from tests.support.selectors import choose


@pytest.mark.parametrize("n_genes", [12, 30])
def test_loadings_are_those_of_sklearn_summed(n_genes):
    data = make_data(n_genes=n_genes)
    fitted = PCA(min(20, n_genes)).fit(data.of("train").values.toarray().astype(np.float64))
    loadings = np.abs(fitted.components_).sum(0)
    ranking = choose("pca", data, sizes=[6]).ranking
    assert [p.gene for p in ranking] == [data.genes[i] for i in np.argsort(-loadings)]
    np.testing.assert_allclose([p.score for p in ranking], np.sort(loadings)[::-1], rtol=1e-4)
