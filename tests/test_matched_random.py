"""Random panels matched for mean expression: the floor of every figure."""

import numpy as np
import pytest

from spinn.baselines import matched_random
from tests.cells import make_data


@pytest.mark.parametrize("nearest", [1, 3])
def test_matched_random_draws_near_in_mean(nearest):
    data = make_data(n_genes=60)
    panel = ["g05", "g17", "g42"]
    drawn = matched_random(data, panel, seed=3, nearest=nearest)
    assert drawn == matched_random(data, panel, seed=3, nearest=nearest)
    assert len(set(drawn)) == 3
    assert not set(drawn) & set(panel)
    for gene, substitute in zip(panel, drawn, strict=True):
        distance = np.abs(data.mean - data.mean[data.position[gene]])
        near = np.sort(np.delete(distance, data.positions(panel)))
        assert distance[data.position[substitute]] <= near[nearest + 1]  # two may be taken


def test_matched_random_keeps_genes_that_nothing_can_replace():
    data = make_data()
    assert set(matched_random(data, data.genes, seed=0)) == set(data.genes)
    half = data.genes[:15]
    assert len(set(matched_random(data, half, seed=0))) == 15
