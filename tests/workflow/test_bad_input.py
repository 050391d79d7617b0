"""Bad input stops before any training, in one clear line, and leaves nothing behind."""

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from tests.support.workflow import copy_project, plan, snakemake, write_config

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bad input")]  # one worker: one run


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("bad") / "project")


def cells():
    rng = np.random.default_rng(0)
    counts = rng.poisson(1.0, size=(60, 40)).astype(np.float32)
    obs = pd.DataFrame(
        {"type": ["a", "b"] * 30, "person": ["p"] * 60}, index=[f"cell{i}" for i in range(60)]
    )
    return ad.AnnData(
        sp.csr_matrix(counts), obs=obs, var=pd.DataFrame(index=[f"g{i:02}" for i in range(40)])
    )


def nan(adata):
    adata.X = adata.X.toarray()
    adata.X[3, 4] = np.nan


def negative(adata):
    adata.X = adata.X.toarray() - 1


def duplicate(adata):
    adata.var_names = ["g00", "g00", *adata.var_names[2:]]


def logged(adata):
    adata.X = np.log1p(adata.X.toarray() * 1.7)


def no_label(adata):
    adata.obs["type"] = ["a", None] * 30


def rare(adata):
    adata.obs["type"] = ["rare"] * 2 + ["a"] * 58


def alike(adata):
    adata.obs["type"] = "a"


def untouched(adata):
    del adata


# What is done to the cells, what is changed in the config, and what the user reads; by data set.
CASES = {
    "nan": (nan, {}, "values must be finite; NaN or infinity in cell 3"),
    "negative": (negative, {}, "values must not be negative, got -1"),
    "duplicate_genes": (duplicate, {}, "gene names must be distinct; 1 repeat: g00"),
    "lognorm_as_counts": (logged, {}, "counts was declared, but the matrix holds"),
    "counts_as_lognorm": (untouched, {"values": "lognorm"}, "holds whole numbers up to"),
    "label_nan": (no_label, {}, "'type' has no value for 30 of 60 cells"),
    "label_absent": (untouched, {"label": "kind"}, "'kind' is not a column of obs; those there: "
                                                   "type, person"),
    "rare_class": (rare, {}, r"too few in: rare \(2\)"),
    "one_donor": (untouched, {"donor": "person"}, "needs at least 3 donors"),
    "one_type": (alike, {}, "holds one value only, 'a'"),
    "layer_absent": (untouched, {"layer": "spliced"}, "'spliced' is not there; layers: none"),
}  # fmt: skip


def bad_config(folder, **changes):
    return write_config(folder / "bad.yaml", **changes, results=str(folder / "results"))


@pytest.fixture(scope="module")
def said(project, tmp_path_factory):
    """What a run prints whose every data set is bad in a way of its own, all of them tried."""
    folder, datasets = tmp_path_factory.mktemp("cells"), {}
    for case, (spoil, dataset, _) in CASES.items():
        adata, path = cells(), folder / f"{case}.h5ad"
        spoil(adata)
        adata.write_h5ad(path)
        datasets[case] = {"path": str(path), "values": "counts", "label": "type", **dataset}
    config = bad_config(folder, datasets=datasets, preprocess={"min_cells": 1})
    done = snakemake(project, "--cores", 1, "--keep-going", "--configfile", config)
    assert_stopped(done, folder / "results")
    return done.stdout


@pytest.mark.parametrize("case", CASES)
def test_bad_cells(case, said):
    with pytest.raises(ValueError, match=rf"(?m)^datasets\.{case}: .*{CASES[case][2]}"):
        raise ValueError(said)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"panel_sizes": [4, 41]}, r"panel_sizes: the largest panel \(41\) needs as many genes"),
        ({"genes": {"required": ["nosuch"]}}, "genes.required: 1 absent from the data: nosuch"),
        ({"genes": {"required": ["prefix:g0"]}}, r"panel_sizes: sizes must lie in 10\.\.40, got"),
        (
            {"genes": {"budget": 7.5, "table": [{"gene": "prefix:g", "cost": 1.0}]}},
            "panel_sizes: a panel of 8 genes costs at least 8, the budget is 7.5",
        ),
        (
            {"genes": {"table": [{"gene": "prefix:g", "group": "x"}], "max_per_group": 7}},
            "panel_sizes: a panel of 8 genes is impossible: groups leave 7",
        ),
    ],
)
def test_demands_that_the_cells_cannot_meet(changes, message, project, tmp_path):
    cells().write_h5ad(tmp_path / "cells.h5ad")
    dataset = {"path": str(tmp_path / "cells.h5ad"), "values": "counts", "label": "type"}
    config = bad_config(
        tmp_path,
        datasets={"bad": dataset},
        preprocess={"min_cells": 1, "n_top_genes": 100},
        **changes,
    )
    done = snakemake(project, "--cores", 1, "--configfile", config)
    assert_stopped(done, tmp_path / "results")
    with pytest.raises(ValueError, match=message):  # the error is in the log that is shown
        raise ValueError(done.stdout)


def assert_stopped(done, results):
    assert done.returncode != 0
    assert "train base models" not in done.stdout
    left = [path for path in results.rglob("*") if path.is_file()]
    assert {path.suffix for path in left} <= {".log"}, left


SCANPY = {"path": "scanpy:pbmc68k_reduced", "layer": "raw", "values": "lognorm",
          "label": "bulk_labels"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"selectors": ["bernouli-rfe"]}, "did you mean 'bernoulli-rfe'"),
        ({"trainig": {}}, "trainig: unknown key; did you mean 'training'"),
        ({"panel_sizes": ["eight"]}, r"panel_sizes\[0\]: must be .*got 'eight'"),
        ({"panel_sizes": [8, 200]}, "panel_sizes.*200"),
        ({"datasets": {"a": {**SCANPY, "path": "gone.h5ad"}}}, "datasets.a.path: no such file"),
        ({"datasets": {"../a": SCANPY}}, r"datasets.*\.\./a"),
        ({"datasets": {"a": {**SCANPY, "label": None}}}, "datasets.a.label"),
    ],
)
def test_bad_config(changes, message, project, tmp_path):
    done = plan(project, "--configfile", bad_config(tmp_path, **changes))
    assert done.returncode != 0
    with pytest.raises(ValueError, match=message):
        raise ValueError(done.stdout)
    assert "Traceback" not in done.stdout
    assert not (tmp_path / "results").exists()
