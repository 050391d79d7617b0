"""Baselines: the shared contract, and each against a slow or independent second way."""

from dataclasses import replace
from functools import partial

import anndata as ad
import numpy as np
import pytest
import scanpy as sc
from sklearn.decomposition import PCA

from spinn.constraints.constraints import Constraints
from spinn.selectors.baselines import all_baselines as baselines
from spinn.selectors.baselines.all_baselines import BASELINES, RIDGE
from tests.support.cells import (
    from_counts,
    make_adata,
    make_data,
    permuted,
    scrambled,
)
from tests.support.contracts import check_selector

FREE = Constraints()
TASKS = ("reconstruction", "classification", "regression", "hurdle")


def choose(name, data, *, sizes=(6,), seed=0, constraints=FREE, task="reconstruction"):
    return BASELINES[name](data, sizes=sizes, seed=seed, constraints=constraints, task=task)


def genes_of(*args, **options):
    return choose(*args, **options).panels[0].genes


@pytest.mark.parametrize("name", BASELINES)
def test_contract(name):
    check_selector(partial(choose, name))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("name", BASELINES)
def test_every_task_with_and_without_counts(name, counts, task):
    assert len(set(genes_of(name, make_data(counts=counts), task=task))) == 6


@pytest.mark.parametrize("name", sorted(set(BASELINES) - {"random"}))
def test_the_order_of_genes_does_not_matter(name):
    data = make_data(n_cells=200)
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    assert set(genes_of(name, shuffled)) == set(genes_of(name, data))


@pytest.mark.parametrize("name", BASELINES)
def test_only_training_cells_are_looked_at(name):
    data = make_data()
    assert choose(name, scrambled(data, "valid", "test")) == choose(name, data)


def standardised(data):
    train = data.of("train").values.toarray().astype(np.float64)
    return (train - data.mean) / data.std, train - train.mean(0)


def naive_greedy(x, y, size):
    """Forward selection that solves every least-squares problem anew (with the same ridge)."""
    chosen = []
    for _ in range(size):
        errors = np.full(x.shape[1], np.inf)
        for gene in set(range(x.shape[1])) - set(chosen):
            columns = x[:, [*chosen, gene]]
            ridge = np.sqrt(RIDGE * len(x)) * np.eye(columns.shape[1])
            tall = np.vstack([columns, ridge])
            wanted = np.vstack([y, np.zeros((columns.shape[1], y.shape[1]))])
            fitted = tall @ np.linalg.lstsq(tall, wanted, rcond=None)[0]
            errors[gene] = ((wanted - fitted) ** 2).sum()
        chosen.append(int(errors.argmin()))
    return chosen


@pytest.mark.parametrize("seed", range(3))
def test_greedy_is_forward_selection_by_least_squares(seed):
    data = make_data(n_genes=12, seed=seed)
    x, y = standardised(data)
    expected = tuple(data.genes[i] for i in naive_greedy(x, y, 5))
    assert genes_of("greedy", data, sizes=[5]) == expected


def test_greedy_for_classes_explains_class_indicators():
    data = make_data(n_genes=12)
    x, _ = standardised(data)
    labels = data.of("train").labels
    y = np.eye(3)[labels] / np.sqrt(np.bincount(labels) / len(labels))
    expected = tuple(data.genes[i] for i in naive_greedy(x, y - y.mean(0), 4))
    assert genes_of("greedy", data, sizes=[4], task="classification") == expected


@pytest.mark.parametrize("task", ["reconstruction", "classification"])
def test_greedy_split_equals_greedy_where_there_is_no_noise(task):
    data = make_data()
    deep = from_counts(data.counts * 10_000, labels=data.labels, part=data.part)
    assert genes_of("greedy_split", deep, task=task) == genes_of("greedy", deep, task=task)


@pytest.mark.parametrize("task", TASKS)
def test_greedy_mixed_explains_genes_and_types_nine_to_one(task):
    data = make_data(n_genes=12)
    data = from_counts(data.counts * 10_000, labels=data.labels, part=data.part)
    x, genes = standardised(data)
    labels = data.of("train").labels
    types = np.eye(3)[labels] / np.sqrt(np.bincount(labels) / len(labels))
    parts = [(genes, 0.9), (types - types.mean(0), 0.1)]
    y = np.hstack([np.sqrt(weight / y.var(0).sum()) * y for y, weight in parts])
    expected = tuple(data.genes[i] for i in naive_greedy(x, y, 5))
    assert genes_of("greedy_mixed", data, sizes=[5], task=task) == expected


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("weight", "task"), [(0, "reconstruction"), (1, "classification")])
def test_greedy_mixed_lies_between_the_two_tasks(monkeypatch, weight, task, counts):
    data = make_data(counts=counts)
    monkeypatch.setattr(baselines, "TYPE_WEIGHT", weight)
    assert genes_of("greedy_mixed", data) == genes_of("greedy_split", data, task=task)


def test_greedy_mixed_wants_labels():
    with pytest.raises(ValueError, match="greedy_mixed needs labels; name an obs column"):
        genes_of("greedy_mixed", replace(make_data(), labels=None))


def test_greedy_split_leaves_out_a_gene_that_is_noise_only():
    data = make_data(n_cells=600)
    noisy = data.counts.toarray()
    noisy[:, 5] = np.random.default_rng(0).poisson(4, size=600)
    data = from_counts(type(data.counts)(noisy), labels=data.labels, part=data.part)
    assert choose("greedy_split", data, sizes=[20]).of_size(20).genes[-1] == "g05"


def naive_without_self(x, y, size):
    """Design 8.4: ||C_j||^2 less C_jj^2 and the chosen genes' C_jg^2, over the diagonal."""
    g, c, chosen = x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ y / len(x), []
    for _ in range(size):
        gain = (c**2).sum(1) - np.diag(c) ** 2 - (c[:, chosen] ** 2).sum(1)
        gain = gain / np.diag(g)
        gain[chosen] = -np.inf
        pick = int(gain.argmax())
        c = c - np.outer(g[:, pick], c[pick]) / g[pick, pick]
        g = g - np.outer(g[:, pick], g[pick]) / g[pick, pick]
        g[pick, pick] = 1.0  # never looked at again
        chosen.append(pick)
    return chosen


@pytest.mark.parametrize("seed", range(3))
def test_greedy_split_without_counts_gives_no_credit_for_itself(seed):
    data = make_data(n_genes=12, seed=seed, counts=False)
    expected = tuple(data.genes[i] for i in naive_without_self(*standardised(data), 6))
    assert genes_of("greedy_split", data) == expected


@pytest.mark.parametrize("n_genes", [12, 30])
def test_pca_sums_the_loadings_of_sklearn(n_genes):
    data = make_data(n_genes=n_genes)
    fitted = PCA(min(20, n_genes)).fit(data.of("train").values.toarray().astype(np.float64))
    loadings = np.abs(fitted.components_).sum(0)
    path = choose("pca", data)
    assert [p.gene for p in path.ranking] == [data.genes[i] for i in np.argsort(-loadings)]
    np.testing.assert_allclose([p.score for p in path.ranking], np.sort(loadings)[::-1], rtol=1e-4)


def test_hvg_is_the_choice_of_scanpy():
    data = make_data(n_genes=40)
    train = ad.AnnData(data.of("train").values)
    train.var_names = list(data.genes)
    sc.pp.highly_variable_genes(train, n_top_genes=10)
    path = choose("hvg", data, sizes=[10])
    assert set(path.of_size(10).genes) <= set(train.var_names[train.var.highly_variable])
    dispersion = train.var.dispersions_norm.sort_values(ascending=False)  # with ties
    np.testing.assert_allclose([place.score for place in path.ranking], dispersion)


def test_markers_are_those_of_scanpy_in_turn():
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


def test_markers_need_labels():
    data = from_counts(make_adata().X.astype(np.int32))
    with pytest.raises(ValueError, match="markers needs labels; name an obs column as label"):
        choose("markers", data)


@pytest.mark.parametrize("n_rare", [0, 1])
def test_markers_bear_a_type_that_is_hardly_there(n_rare):
    data = make_data()
    train = np.flatnonzero((data.part == "train") & (data.labels == 2))
    data.labels[train[n_rare:]] = 0
    assert len(set(genes_of("markers", data))) == 6


def test_random_is_uniform():
    data = make_data()
    drawn = [gene for seed in range(400) for gene in genes_of("random", data, seed=seed, sizes=[5])]
    times = np.array([drawn.count(gene) for gene in data.genes])
    assert np.abs(times - 100).max() < 4.5 * np.sqrt(100 * 0.75)
