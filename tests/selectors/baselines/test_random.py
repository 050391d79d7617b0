"""random is uniform."""

import numpy as np

from tests.support.cells import make_data
from tests.support.selectors import genes_of


def test_every_gene_is_drawn_as_often():
    data = make_data()
    drawn = [gene for seed in range(400) for gene in genes_of("random", data, seed=seed, sizes=[5])]
    times = np.array([drawn.count(gene) for gene in data.genes])
    assert np.abs(times - 100).max() < 4.5 * np.sqrt(100 * 0.75)
