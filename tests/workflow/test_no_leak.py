"""What selection writes does not depend on the test cells, to the last byte."""

import json

import anndata as ad
import numpy as np
import pytest

from spinn.config.check import check
from spinn.selectors.registry import SELECTORS
from tests.support.cells import make_adata
from tests.support.selection import prepare, select

# Of the rankers' selectors one of every ranker, and both strategies of one gate.
NETWORKS = ["imputation-rfe", "first_layer-ranking", "jacobian-rfe", "bernoulli-rfe",
            "bernoulli-ranking", "gaussian-rfe"]  # fmt: skip
NAMES = [*NETWORKS, *(name for name, e in SELECTORS.items() if e.kind not in ("ranker", "package"))]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("leak") / "cells.h5ad"
    make_adata().write_h5ad(path)
    return check(
        {
            "datasets": {"d": {"path": str(path), "values": "counts", "label": "type"}},
            "preprocess": {"min_cells": 1, "n_top_genes": None},
            "selectors": NAMES,
            "panel_sizes": [3, 6],
            "seeds": [0],
            "network": {"hidden": [8]},
            "training": {"max_steps": 20, "check_every": 10, "basis": 4, "n_splits": 2},
            "rfe": {"ratio": 0.5, "max_steps": 10},
            "refit": {"max_steps": 10},
            "device": "cpu",
        }
    )


def scramble(source, target):
    """Write a prepared file whose test cells have other values, in other places."""
    adata = ad.read_h5ad(source)
    test = np.flatnonzero(adata.obs["part"] == "test")
    rng = np.random.default_rng(1)
    x, counts = adata.X.toarray(), adata.layers["counts"].toarray()
    for matrix in (x, counts):
        matrix[test] = rng.permutation(matrix[test].ravel()).reshape(len(test), -1) * 2
    adata.X = type(adata.X)(x)
    adata.layers["counts"] = type(adata.layers["counts"])(counts)
    adata.obs["spinn_total_counts"] = counts.sum(axis=1)
    adata.write_h5ad(target)


def chosen(config, prepared, folder):
    """Run every selector on a prepared file; return the panels.json texts, less `made_by`."""
    texts = {}
    for (_, name, _), path in select(config, str(prepared), folder, dataset="d").items():
        document = json.loads(path.read_text())
        document.pop("made_by")
        texts[name] = json.dumps(document, sort_keys=True)
    return texts


@pytest.mark.parametrize("task", ["reconstruction", "classification"])
def test_scrambled_test_cells_change_no_panel(task, config, tmp_path):
    prepared, scrambled = tmp_path / "prepared.h5ad", tmp_path / "scrambled.h5ad"
    config = {**config, "tasks": [task]}
    prepare(config, prepared, dataset="d")
    scramble(prepared, scrambled)
    before = chosen(config, prepared, tmp_path / "before")
    after = chosen(config, scrambled, tmp_path / "after")
    assert set(before) == set(NAMES)
    assert after == before
