"""Random panels matched for mean expression and detection: the floor of every figure."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.evaluation.references import expression, matched_random, reference
from spinn.panel import Panel
from tests.support.cells import from_counts, make_data, scrambled


def test_expression_is_the_training_cells_mean_and_detection():
    data = make_data(n_genes=30)
    train = data.values[data.part == "train"].toarray()
    np.testing.assert_allclose(expression(data)[:, 0], train.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(expression(data)[:, 1], (train > 0).mean(axis=0))
    other = scrambled(data, "valid", "test")
    np.testing.assert_array_equal(expression(other), expression(data))


@pytest.mark.parametrize("nearest", [1, 3])
def test_every_gene_is_replaced_by_one_near_in_both(nearest):
    data = make_data(n_genes=60)
    panel = ["g05", "g17", "g42"]
    drawn = matched_random(data, panel, seed=3, nearest=nearest)
    assert drawn == matched_random(data, panel, seed=3, nearest=nearest)
    assert len(set(drawn)) == 3
    place = expression(data) / expression(data).std(axis=0)
    for gene, substitute in zip(panel, drawn, strict=True):
        distance = np.linalg.norm(place - place[data.position[gene]], axis=1)
        assert distance[data.position[substitute]] <= np.sort(distance)[nearest + 1]  # two taken


def test_genes_of_equal_mean_are_matched_by_detection():
    """Half of the genes are in every cell, half in one of eight and eight times as high there."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(2, size=(400, 40)) + 1
    counts[:, 20:] = np.where(rng.random((400, 20)) < 1 / 8, 8 * counts[:, 20:], 0)
    data = from_counts(sp.csr_matrix(counts.astype(np.int32)))
    data = replace(data, mean=np.full(40, 1.0, dtype=np.float32))
    always, sometimes = data.genes[:20], data.genes[20:]
    for seed in range(10):
        drawn = matched_random(data, [*always[:5], *sometimes[:5]], seed=seed, nearest=6)
        assert set(drawn[:5]) <= set(always)
        assert set(drawn[5:]) <= set(sometimes)


def test_matched_panels_are_expressed_alike_on_average():
    """Also where the panel takes the most expressed genes, which nothing outside it matches."""
    data = make_data(300, 80)
    means = expression(data)[:, 0]
    order = np.argsort(-means)
    panel = [data.genes[i] for i in order[:20]]
    drawn = [
        means[data.positions(matched_random(data, panel, seed=seed))].mean() for seed in range(20)
    ]
    assert np.mean(drawn) == pytest.approx(means[order[:20]].mean(), rel=0.05)


def test_all_genes_match_themselves_in_another_order():
    data = make_data()
    assert set(matched_random(data, data.genes, seed=0)) == set(data.genes)
    assert len(set(matched_random(data, data.genes[:15], seed=0))) == 15


def test_the_ceiling_is_all_genes_and_the_floor_matches_nested_panels():
    data = make_data()
    nested = [Panel(tuple(data.genes[:6])), Panel(tuple(data.genes[:3]))]
    assert [panel.genes for panel in reference(data, "ceiling", 0, nested)] == [data.genes]
    large, small = reference(data, "floor", 4, nested)
    assert large.genes == matched_random(data, data.genes[:6], seed=4)
    assert small.genes == large.genes[:3]
