"""Planted truth: the genes that matter are chosen, and where none matters none is preferred."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.selectors.choose import choose as run_selector
from spinn.selectors.choose import open_cells
from spinn.selectors.registry import RANKERS, STRATEGIES
from spinn.selectors.run import Run
from spinn.settings import EliminationSettings, NetworkSettings, Settings, TrainingSettings
from tests.support.cells import from_counts, gene_names, without_counts
from tests.support.planted import N_GENES, PLANTED, independent, nonlinear, pure_noise
from tests.support.selectors import choose, genes_of

SETTINGS = Settings(
    network=NetworkSettings(hidden=(32,)),
    training=TrainingSettings(
        lr=5e-3, batch_size=128, max_steps=600, check_every=50, patience=4, penalty=0.2
    ),
    elimination=EliminationSettings(ratio=0.5, max_steps=150),
)


@cache
def planted(gate):
    """Cells, opened once for all rankers of a gate: they share its base model."""
    selector = next(f"{name}-rfe" for name, entry in RANKERS.items() if entry.gate == gate)
    return open_cells(selector, independent(2000, nonlinear, 0), "regression", SETTINGS)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("ranker", RANKERS)
def test_planted_genes_are_chosen(ranker, strategy):
    path = run_selector(planted(RANKERS[ranker].gate), Run(f"{ranker}-{strategy}", [4])).path
    assert set(path.of_size(4).genes) == PLANTED


RECONSTRUCTION = replace(SETTINGS, basis=None, n_splits=2)


@cache
def two_programmes():
    """Ten genes follow two programmes; ten others vary as much, by chance alone."""
    rng = np.random.default_rng(0)
    programme = rng.normal(size=(1500, 2)) @ rng.normal(size=(2, 10)) * 0.4
    rate = np.hstack([np.exp(1 + programme), rng.gamma(4, 1, size=(1500, 10))])
    counts = sp.csr_matrix(rng.poisson(rate).astype(np.int32))
    return from_counts(counts, total=np.full(1500, 1000))


@pytest.mark.parametrize("noise", ["split", "hidden"])
@pytest.mark.parametrize("ranker", ["bernoulli", "gaussian"])
def test_genes_that_vary_by_chance_are_not_chosen(ranker, noise):
    settings = replace(RECONSTRUCTION, noise=noise)
    genes = genes_of(f"{ranker}-rfe", two_programmes(), sizes=[4], settings=settings)
    assert set(genes) <= set(gene_names(10))


@pytest.mark.parametrize("counts", [True, False])
def test_greedy_split_does_not_choose_them_either(counts):
    data = two_programmes() if counts else without_counts(two_programmes())
    assert set(genes_of("greedy_split", data, sizes=[4])) <= set(gene_names(10))


HASTY = replace(
    SETTINGS,
    network=NetworkSettings(hidden=(8,)),
    training=replace(SETTINGS.training, max_steps=60, check_every=20, min_dropout=0.0),
    elimination=EliminationSettings(ratio=0.5, max_steps=20),
)
N_SEEDS = 30


@pytest.mark.parametrize("strategy", ["ranking", pytest.param("rfe", marks=pytest.mark.slow)])
@pytest.mark.parametrize("ranker", RANKERS)
def test_without_a_signal_no_gene_is_preferred(ranker, strategy):
    """A gene's mean rank over seeds is that of chance: chi-square of 19 degrees, p > 0.001."""
    ranks = np.zeros((N_SEEDS, N_GENES))
    options = {"sizes": [4], "task": "regression", "settings": HASTY}
    for seed in range(N_SEEDS):
        data = independent(300, pure_noise, seed)
        for place in choose(f"{ranker}-{strategy}", data, seed=seed, **options).ranking:
            ranks[seed, data.genes.index(place.gene)] = place.rank
    variance = (N_GENES**2 - 1) / 12 / N_SEEDS
    off = (ranks.mean(axis=0) - (N_GENES + 1) / 2) ** 2 / variance
    assert off.sum() * (N_GENES - 1) / N_GENES < 43.8
