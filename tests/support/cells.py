"""Small synthetic cells with molecules, shared by the tests of the scientific core."""

import json
from dataclasses import replace

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

from spinn.data import ExpressionData, read_prepared
from spinn.networks.batches import Examples
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.rows import Rows
from spinn.preparation.preprocess import prepare
from spinn.preparation.split import split_cells
from spinn.preparation.thinning import log_normalise
from spinn.settings import (
    EliminationSettings,
    NetworkSettings,
    RefitSettings,
    Settings,
    TrainingSettings,
)

TYPES = ("B", "NK", "T")
OPTIONS = {"min_cells": 1, "min_genes": 0, "target_sum": 1e4, "n_top_genes": None}
SHARES = {"valid": 0.2, "test": 0.2}
QUICK = Settings(
    network=NetworkSettings(hidden=(8,)),
    training=TrainingSettings(batch_size=32, max_steps=10, check_every=5, min_dropout=0.0),
    elimination=EliminationSettings(ratio=0.5, max_steps=4),
    refit=RefitSettings(max_steps=10),
    basis=6,
    n_splits=1,
    test_splits=2,
)


def gene_names(n_genes):
    return [f"g{i:02d}" for i in range(n_genes)]


def make_adata(n_cells=100, n_genes=20, *, seed=0):
    """Poisson molecules of three cell types with two programmes; obs type, donor, age."""
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.arange(n_cells) % len(TYPES))
    profile = rng.normal(scale=0.7, size=(len(TYPES), n_genes))
    programme = rng.normal(size=(n_cells, 2)) @ rng.normal(scale=0.5, size=(2, n_genes))
    counts = rng.poisson(np.exp(1 + profile[kind] + programme))
    counts[:, 0] += 1  # no cell is empty
    obs = pd.DataFrame(
        {
            "type": pd.Categorical.from_codes(kind, TYPES),
            "donor": [f"d{i % 5}" for i in range(n_cells)],
            "age": programme[:, 0] + rng.normal(scale=0.1, size=n_cells),
        },
        index=[f"c{i:04d}" for i in range(n_cells)],
    )
    var = pd.DataFrame(index=gene_names(n_genes))
    return ad.AnnData(sp.csr_matrix(counts.astype(np.float32)), obs=obs, var=var)


def adata_with(**changes):
    """The small cells, with `X`, `obs` columns, `var_names`, `layers` or `obsm` put in."""
    adata = make_adata()
    adata.obsm["place"] = np.arange(200.0).reshape(100, 2)
    if "X" in changes:
        adata.X = changes["X"]
    if "names" in changes:
        adata.var_names = changes["names"]
    for column, values in changes.get("obs", {}).items():
        adata.obs[column] = values
    for key in changes.get("obsm", {}):
        adata.obsm[key] = changes["obsm"][key]
    return adata


def make_data(n_cells=100, n_genes=20, *, seed=0, counts=True):
    """The same cells as `ExpressionData` with labels and two regression targets."""
    adata = make_adata(n_cells, n_genes, seed=seed)
    labels = adata.obs["type"].cat.codes.to_numpy(np.int64)
    age = adata.obs["age"].to_numpy(np.float32)
    molecules = adata.X.astype(np.int32)
    beyond = np.random.default_rng(seed).poisson(50, size=n_cells)  # molecules of other genes
    total = np.asarray(molecules.sum(axis=1)).ravel() + beyond
    data = from_counts(molecules, total=total, labels=labels, seed=seed)
    data = replace(
        data,
        targets=np.column_stack([age, age**2 + labels]),
        target_names=("age", "age2"),
    )
    return data if counts else without_counts(data)


def from_counts(counts, *, total=None, labels=None, part=None, seed=0):
    """`ExpressionData` of a CSR of molecules, moments taken from the training cells."""
    n_cells, n_genes = counts.shape
    inside = np.asarray(counts.sum(axis=1)).ravel().astype(np.int64)
    total = inside if total is None else total
    values = log_normalise(counts, total, 1e4)
    if part is None:
        part = split_cells(
            n_cells, **SHARES, seed=seed, labels=None if labels is None else labels.astype(str)
        )
    train = values[part == "train"].toarray().astype(np.float64)
    return ExpressionData(
        values=values,
        genes=tuple(gene_names(n_genes)),
        cells=np.array([f"c{i:04d}" for i in range(n_cells)]),
        part=part,
        mean=train.mean(0).astype(np.float32),
        std=np.maximum(train.std(0), 1e-3).astype(np.float32),
        counts=counts,
        total_counts=total,
        labels=labels,
        classes=() if labels is None else TYPES,
    )


def without_counts(data):
    return replace(data, counts=None, total_counts=None)


def scrambled(data, *parts, seed=0):
    """The data with the cells' values of some parts permuted among them, gene by gene."""
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(np.isin(data.part, parts))
    changed = {"values": data.values, "counts": data.counts}
    for name, matrix in changed.items():
        if matrix is not None:
            dense = matrix.toarray()
            dense[rows] = rng.permuted(dense[rows], axis=0)
            changed[name] = sp.csr_matrix(dense)
    return replace(data, **changed)


def permuted(data, order):
    """The data with its genes in another order; `genes` names them still."""
    pick = np.asarray(order)
    counts = None if data.counts is None else data.counts[:, pick]
    return replace(
        data,
        values=data.values[:, pick],
        counts=counts,
        genes=tuple(data.genes[i] for i in pick),
        mean=data.mean[pick],
        std=data.std[pick],
    )


def prepared(folder, adata, *, dataset=None, preprocess=None, split=None, **options):
    """Prepare, write and read back: what the workflow's first rule does."""
    made = prepare(
        adata,
        dataset=dataset or {},
        preprocess=OPTIONS | (preprocess or {}),
        split=SHARES | (split or {}),
        **options,
    )
    made.write_h5ad(folder / "prepared.h5ad")
    return read_prepared(folder / "prepared.h5ad"), json.loads(made.uns["spinn"])


def doubled(problem: Problem) -> Problem:
    """The same problem in float64, for comparisons that float32 would blur."""

    def examples(given):
        inputs = tuple(
            Rows(rows.mean.double(), rows.std.double(), rows.dense.double())
            for rows in given.inputs
        )
        targets = tuple(t.double() if t.is_floating_point() else t for t in given.targets)
        return Examples(inputs, targets, given.n_cells)

    return replace(problem, train=examples(problem.train), valid=examples(problem.valid))


def copy_of(network: Network) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def same_state(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
