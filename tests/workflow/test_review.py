"""What a first reader found: each of these went wrong once."""

import json

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from spinn.constraints.section import resolve_genes
from spinn.data import ExpressionData, read_prepared
from spinn.explanation.reasons import reasons
from spinn.panel import Panel
from spinn.preparation.preprocess import prepare
from spinn.preparation.split import split_cells
from spinn.preparation.thinning import thin
from spinn.records.tables import read_table
from spinn.runtime import digest

PREPROCESS = {"min_cells": 1, "min_genes": 0, "target_sum": 1e4, "n_top_genes": None}
SPLIT = {"valid": 0.1, "test": 0.2}


def adata(values):
    n_cells, n_genes = values.shape
    names = [f"g{i:02}" for i in range(n_genes)]
    return ad.AnnData(
        values,
        obs=pd.DataFrame(index=[f"c{i}" for i in range(n_cells)]),
        var=pd.DataFrame(index=names),
    )


def counts(dtype):
    drawn = np.random.default_rng(0).poisson(2.0, size=(80, 25))
    return sp.csr_matrix(drawn.astype(dtype))


def lognorm(scale=1e4):
    x = counts(np.float64)
    total = np.asarray(x.sum(axis=1)).ravel()
    return sp.csr_matrix(np.log1p(x.multiply(scale / total[:, None]))).astype(np.float32)


def ready(cells, tmp_path, values="counts", name="a") -> ExpressionData:
    prepared = prepare(cells, dataset={"values": values}, preprocess=PREPROCESS, split=SPLIT)
    path = tmp_path / f"{name}.h5ad"
    prepared.write_h5ad(path)
    return read_prepared(path)


@pytest.mark.parametrize("kind", ["int32", "int64", "float32", "lognorm"])
def test_halves_do_not_depend_on_the_order_of_genes(kind, tmp_path):
    values = "lognorm" if kind == "lognorm" else "counts"
    cells = adata(lognorm() if kind == "lognorm" else counts(kind))
    order = np.random.default_rng(1).permutation(cells.n_vars)
    one = thin(ready(cells, tmp_path, values), n_splits=1, seed=0)[0][0]
    other = thin(ready(cells[:, order].copy(), tmp_path, values, "b"), n_splits=1, seed=0)[0][0]
    assert (one != other).nnz == 0


def test_test_cells_have_no_say_in_whether_there_are_counts(tmp_path):
    cells = adata(lognorm())
    before = ready(cells, tmp_path, "lognorm")
    test = np.flatnonzero(before.part == "test")
    x = cells.X.toarray()
    x[test] = np.random.default_rng(2).random((len(test), x.shape[1])).astype(np.float32)
    after = ready(adata(sp.csr_matrix(x)), tmp_path, "lognorm", "b")
    assert before.has_counts
    assert after.has_counts
    assert after.of("train", "valid").fingerprint() == before.of("train", "valid").fingerprint()


@pytest.mark.parametrize("scale", [1e3, 1e4, 1e6])
def test_halves_are_on_the_scale_of_the_values(scale, tmp_path):
    data = ready(adata(lognorm(scale)), tmp_path, "lognorm")
    half = thin(data, n_splits=1, seed=0)[0][0]
    assert np.expm1(half.data).mean() == pytest.approx(np.expm1(data.values.data).mean(), rel=0.5)


def test_a_type_of_one_donor_is_trained_on():
    donors = np.repeat([f"d{i}" for i in range(8)], 10)
    labels = np.where(donors == "d3", "rare", "common")
    for seed in range(20):
        part = split_cells(80, valid=0.1, test=0.2, seed=seed, labels=labels, donors=donors)
        assert set(part[labels == "rare"]) == {"train"}


def test_names_in_tables_stay_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("dataset,target,value\n2024,NA,0.5\n007,None,\n")
    table = read_table(path)
    assert table["dataset"].tolist() == ["2024", "007"]
    assert table["target"].tolist() == ["NA", "None"]
    assert table["value"].isna().tolist() == [False, True]


def test_too_few_test_cells_are_refused():
    few = adata(counts("int32"))[:12].copy()
    with pytest.raises(ValueError, match="12 cells leave 2 to test on, and at least 5 are needed"):
        prepare(few, dataset={}, preprocess=PREPROCESS, split=SPLIT)


def test_gene_files_are_read_before_any_job(tmp_path):
    table = tmp_path / "genes.csv"
    table.write_text("\ufeffgene,must,exclude\ng1,1,0\ng2,0,1\n", encoding="utf-8")
    config = {
        "genes": {"required": ["g0"], "excluded": [], "table": str(table)},
        "panel_sizes": [2, 4],
    }
    section = resolve_genes(config)
    assert (section["required"], section["excluded"]) == (["g0", "g1"], ["g2"])
    assert section["table"] is None
    with pytest.raises(ValueError, match="2 genes do not fit the smallest panel"):
        resolve_genes({**config, "panel_sizes": [1]})
    with pytest.raises(ValueError, match=r"genes: no such file: .*gone.txt"):
        resolve_genes({**config, "genes": {"excluded": str(tmp_path / "gone.txt")}})


def test_a_rewritten_file_in_a_folder_changes_its_digest(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "chunk").write_text("one")
    before = digest.folder(tmp_path)
    assert digest.folder(tmp_path) == before
    (tmp_path / "deep" / "chunk").write_text("other")
    assert digest.folder(tmp_path) != before


def test_reasons_name_no_gene_of_the_panel(tmp_path):
    data = ready(adata(counts("int32")), tmp_path)
    panel = Panel(data.genes[:-1])
    table = reasons(data, panel, [], selector="greedy", seed=0)
    reasons_given = "; ".join(table["why"])
    assert not any(f"{gene} (r" in reasons_given for gene in panel.genes)
    whole = reasons(data, Panel(data.genes), [], selector="greedy", seed=0)
    assert whole["why"].str.startswith("no gene outside the panel follows it").all()
    assert json.dumps(whole["frequency"].tolist())
