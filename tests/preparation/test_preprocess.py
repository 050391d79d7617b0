"""Preparation: what training cells decide, and what is written."""

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scanpy as sc
import scipy.sparse as sp

from spinn.constraints.rules import GeneRules
from tests.support.cells import adata_with, gene_names, make_adata, prepared

EVERYTHING = {"label": "type", "donor": "donor", "targets": ["age", "obsm/place"]}
LOGNORM = {"values": "lognorm"}


def lognorm_of(adata, target_sum=1e4):
    counts = adata.X.toarray().astype(np.float64)
    return np.log1p(counts / counts.sum(axis=1, keepdims=True) * target_sum).astype(np.float32)


def test_the_prepared_file_holds_the_input(tmp_path):
    adata = adata_with()
    data, about = prepared(tmp_path, adata, dataset=EVERYTHING)
    assert data.genes == tuple(gene_names(20))
    assert np.array_equal(data.cells, adata.obs_names)
    assert np.array_equal(data.counts.toarray(), adata.X.toarray())
    np.testing.assert_allclose(data.values.toarray(), lognorm_of(adata), rtol=1e-6)
    assert np.array_equal(data.total_counts, adata.X.toarray().sum(1))
    assert np.array_equal(np.array(data.classes)[data.labels], adata.obs["type"].astype(str))
    assert np.array_equal(data.donors, adata.obs["donor"])
    assert data.target_names == ("age", "obsm/place/0", "obsm/place/1")
    np.testing.assert_allclose(data.targets[:, 0], adata.obs["age"], rtol=1e-6)
    assert np.array_equal(data.targets[:, 1:], adata.obsm["place"])
    assert about["values"] == "counts"
    assert about["filters"]["cells_in"] == about["filters"]["cells_with_min_genes"] == 100
    assert {name: entry["cells"] for name, entry in about["split"].items()} == {
        part: int((data.part == part).sum()) for part in ("train", "valid", "test")
    }


def test_mean_and_std_are_those_of_training_cells(tmp_path):
    data, _ = prepared(tmp_path, make_adata())
    train = data.of("train").values.toarray()
    np.testing.assert_allclose(data.mean, train.mean(0), rtol=1e-5)
    np.testing.assert_allclose(data.std, train.std(0), rtol=1e-5)


def test_the_caller_s_cells_are_not_changed(tmp_path):
    adata = adata_with()
    counts = adata.X.toarray()
    rows, columns = np.indices(counts.shape)
    order = np.random.default_rng(0).permuted(columns, axis=1)  # unsorted, zeros written out
    adata.X = sp.csr_matrix((counts[rows, order].ravel(), order.ravel(), np.arange(0, 2001, 20)))
    assert adata.X.nnz == 2000
    stored = [array.copy() for array in (adata.X.data, adata.X.indices, adata.X.indptr)]
    obs, var, uns = adata.obs.copy(), adata.var.copy(), dict(adata.uns)
    data, _ = prepared(tmp_path, adata, dataset=EVERYTHING)
    assert np.array_equal(data.counts.toarray(), counts)
    now = (adata.X.data, adata.X.indices, adata.X.indptr)
    assert all(np.array_equal(a, b) for a, b in zip(stored, now, strict=True))
    pd.testing.assert_frame_equal(adata.obs, obs)
    pd.testing.assert_frame_equal(adata.var, var)
    assert dict(adata.uns) == uns


@pytest.mark.parametrize("filters", [{"min_cells": 110}, {"n_top_genes": 10}])
def test_test_cells_decide_nothing(tmp_path, filters):
    adata = make_adata(200, 40)
    data, _ = prepared(tmp_path, adata, preprocess=filters)
    assert 5 < data.n_genes < 35
    held_out = np.flatnonzero(data.part != "train")
    other = adata.X.toarray()
    other[held_out] = np.random.default_rng(5).poisson(7, size=(len(held_out), 40)) + 1
    adata.X = sp.csr_matrix(other)
    changed, _ = prepared(tmp_path, adata, preprocess=filters)
    assert changed.genes == data.genes
    assert np.array_equal(changed.part, data.part)
    assert np.array_equal(changed.mean, data.mean)
    assert np.array_equal(changed.std, data.std)
    assert changed.of("train").fingerprint() == data.of("train").fingerprint()
    assert changed.fingerprint() != data.fingerprint()


def test_the_order_of_genes_does_not_matter(tmp_path):
    adata = make_adata(200, 40)
    order = np.random.default_rng(3).permutation(40)
    one, _ = prepared(tmp_path, adata, preprocess={"n_top_genes": 15})
    other, _ = prepared(tmp_path, adata[:, order], preprocess={"n_top_genes": 15})
    assert one.fingerprint() == other.fingerprint()


def test_variable_genes_are_those_of_scanpy_on_training_cells(tmp_path):
    adata = make_adata(200, 60)
    everything, _ = prepared(tmp_path, adata)
    train = ad.AnnData(everything.of("train").values)
    train.var_names = list(everything.genes)
    sc.pp.highly_variable_genes(train, n_top_genes=20, flavor="seurat")
    expected = set(train.var_names[train.var.highly_variable])
    data, _ = prepared(tmp_path, adata, preprocess={"n_top_genes": 20})
    assert set(data.genes) == expected
    dull = tuple(sorted(set(everything.genes) - expected)[:2])
    rules = GeneRules(required=dull)
    data, _ = prepared(tmp_path, adata, preprocess={"n_top_genes": 20}, rules=rules)
    assert set(data.genes) == expected | set(dull)


def test_filters(tmp_path):
    counts = make_adata().X.toarray()
    counts[:60, 3] = 0  # seen in 40 cells at most
    counts[5] = 0
    counts[5, :4] = 1
    adata = adata_with(X=sp.csr_matrix(counts))
    data, about = prepared(tmp_path, adata, preprocess={"min_genes": 5, "min_cells": 41})
    assert "c0005" not in data.cells
    assert "g03" not in data.genes
    assert about["filters"]["cells_with_min_genes"] == data.n_cells == 99
    rules = GeneRules(required=("g03",))
    data, _ = prepared(tmp_path, adata, preprocess={"min_cells": 41}, rules=rules)
    assert "g03" in data.genes


def test_constant_genes_are_dropped_and_named(tmp_path, caplog):
    values = lognorm_of(make_adata())
    values[:, 4] = 1.25
    adata = adata_with(X=sp.csr_matrix(values))
    data, about = prepared(tmp_path, adata, dataset=LOGNORM)
    assert "g04" not in data.genes
    assert about["filters"]["genes_constant_in_training"] == ["g04"]
    assert "dropped 1 genes constant in the training cells: g04" in caplog.text


@pytest.mark.parametrize("target_sum", [1e4, 1e6])
@pytest.mark.parametrize("n_genes", [60, 45])
def test_counts_are_recovered_from_log_normalised_values(tmp_path, target_sum, n_genes):
    adata = make_adata(n_genes=60)
    adata.layers["log"] = sp.csr_matrix(lognorm_of(adata, target_sum))
    total = adata.X.toarray().sum(axis=1)
    some = adata[:, :n_genes]  # the total counts include the other genes
    log = {"layer": "log", **LOGNORM}
    data, about = prepared(tmp_path, some, dataset=log, preprocess={"target_sum": target_sum})
    assert about["values"] == "lognorm; counts recovered from it exactly"
    assert np.array_equal(data.counts.toarray(), some.X.toarray())
    assert np.array_equal(data.total_counts, total)
    np.testing.assert_allclose(data.values.toarray(), some.layers["log"].toarray(), rtol=1e-6)


def test_values_without_counts_have_none(tmp_path):
    values = np.random.default_rng(0).gamma(1, 1, size=(100, 20)).astype(np.float32)
    data, about = prepared(tmp_path, adata_with(X=values), dataset=LOGNORM)
    assert (data.has_counts, data.total_counts) == (False, None)
    assert about["values"] == "lognorm; counts could not be recovered"
    np.testing.assert_allclose(data.values.toarray(), values)


def test_another_repeat_is_another_split(tmp_path):
    parts = [prepared(tmp_path, make_adata(), repeat=repeat)[0].part for repeat in (0, 0, 1)]
    assert np.array_equal(parts[0], parts[1])
    assert not np.array_equal(parts[0], parts[2])
