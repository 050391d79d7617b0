"""Planted truth: the genes that matter are found, and where none matters none is preferred."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network, fit
from spinn.selectors.baselines.all_baselines import greedy_split
from spinn.selectors.elimination import STRATEGIES, select
from spinn.selectors.scores import RANKERS
from spinn.settings import EliminationSettings, NetworkSettings, Settings, TrainingSettings
from tests.support.cells import from_counts, gene_names, without_counts

N_GENES = 20
PLANTED = {"g03", "g08", "g11", "g17"}
SETTINGS = Settings(
    network=NetworkSettings(hidden=(32,)),
    training=TrainingSettings(
        lr=5e-3, batch_size=128, max_steps=600, check_every=50, patience=4, penalty=0.2
    ),
    elimination=EliminationSettings(ratio=0.5, max_steps=150),
)


def independent(n_cells, targets_of, seed):
    """Cells whose genes are independent standard normals, and targets made from them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_cells, N_GENES)).astype(np.float32)
    part = np.repeat(["train", "valid", "test"], [n_cells * 7 // 10, n_cells // 5, n_cells // 10])
    targets = targets_of(x, rng).astype(np.float32)
    return ExpressionData(
        values=sp.csr_matrix(x),
        genes=tuple(gene_names(N_GENES)),
        cells=np.arange(n_cells).astype(str),
        part=part,
        mean=np.zeros(N_GENES, np.float32),
        std=np.ones(N_GENES, np.float32),
        targets=targets,
        target_names=tuple(f"t{i}" for i in range(targets.shape[1])),
    )


def nonlinear(x, rng):
    a, b, c, d = x[:, 3], x[:, 8], x[:, 11], x[:, 17]
    signal = np.column_stack([np.tanh(2 * a) + np.abs(b), a * c + np.cos(2 * d), np.maximum(b, d)])
    return signal + rng.normal(scale=0.2, size=signal.shape)


def pure_noise(x, rng):
    return rng.normal(size=(len(x), 2))


@cache
def trained(gate, targets, n_cells, seed):
    problem = make_problem(independent(n_cells, targets, seed), "regression")
    base = base_network(problem, gate, SETTINGS, seed=seed)
    return problem, fit(base, problem, SETTINGS.training, seed=seed).network


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("ranker", RANKERS)
def test_planted_genes_are_found(ranker, strategy):
    problem, base = trained(RANKERS[ranker].gate, nonlinear, 2000, 0)
    path = select(problem, base, f"{ranker}-{strategy}", SETTINGS, sizes=[4], seed=0)
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
    problem = make_problem(two_programmes(), "reconstruction", noise=noise, basis=None, n_splits=2)
    base = base_network(problem, ranker, RECONSTRUCTION, seed=0)
    base = fit(base, problem, RECONSTRUCTION.training, seed=0).network
    path = select(problem, base, f"{ranker}-rfe", RECONSTRUCTION, sizes=[4], seed=0)
    assert set(path.of_size(4).genes) <= set(gene_names(10))


@pytest.mark.parametrize("counts", [True, False])
def test_greedy_split_does_not_choose_them_either(counts):
    data = two_programmes() if counts else without_counts(two_programmes())
    path = greedy_split(data, sizes=[4], seed=0, constraints=Constraints(), task="reconstruction")
    assert set(path.of_size(4).genes) <= set(gene_names(10))


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
    for seed in range(N_SEEDS):
        problem = make_problem(independent(300, pure_noise, seed), "regression")
        base = base_network(problem, RANKERS[ranker].gate, HASTY, seed=seed)
        base = fit(base, problem, HASTY.training, seed=seed).network
        path = select(problem, base, f"{ranker}-{strategy}", HASTY, sizes=[4], seed=seed)
        for place in path.ranking:
            ranks[seed, problem.genes.index(place.gene)] = place.rank
    variance = (N_GENES**2 - 1) / 12 / N_SEEDS
    off = (ranks.mean(axis=0) - (N_GENES + 1) / 2) ** 2 / variance
    assert off.sum() * (N_GENES - 1) / N_GENES < 43.8
