"""What selection writes does not depend on the test cells, to the last byte."""

import json

import anndata as ad
import numpy as np
import pytest

from spinn.config.check import check
from spinn.jobs.baselines import select_baselines
from spinn.jobs.peers import select_peers
from spinn.jobs.prepare import prepare_file
from spinn.jobs.recommend import select_recommended
from spinn.jobs.select import select_with_networks
from spinn.jobs.train import train_bases
from spinn.selectors.registry import SELECTORS as KNOWN
from spinn.selectors.registry import families
from tests.support.cells import make_adata

SELECTORS = {
    "open": ["imputation-rfe", "first_layer-ranking", "jacobian-rfe"],
    "bernoulli": ["bernoulli-rfe", "bernoulli-ranking"],
    "gaussian": ["gaussian-rfe"],
}
BASELINES = families(KNOWN)["baselines"]
PEERS = ["persist", "concrete_ae"]
SIZES = [3, 6]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("leak") / "cells.h5ad"
    make_adata().write_h5ad(path)
    label = next(iter(make_adata().obs.select_dtypes(["category", "object", "string"]).columns))
    return check(
        {
            "datasets": {"d": {"path": str(path), "values": "counts", "label": label}},
            "preprocess": {"min_cells": 1, "n_top_genes": None},
            "panel_sizes": SIZES,
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


def choose(prepared, folder, task, config):
    """Run every selector on a prepared file; return the panels.json texts, less `made_by`."""
    about = {"dataset": "d", "split": 0, "task": task}
    for gate, selectors in SELECTORS.items():
        base = str(folder / f"{gate}.safetensors")
        train_bases(
            str(prepared),
            [base],
            about={**about, "gate": gate},
            seeds=[0],
            config=config,
            threads=1,
        )
        outputs = {(name, 0): str(folder / name / "panels.json") for name in selectors}
        select_with_networks(
            str(prepared), {0: base}, outputs, about=about, sizes=SIZES, config=config, threads=1
        )
    outputs = {(name, 0): str(folder / name / "panels.json") for name in BASELINES}
    select_baselines(str(prepared), outputs, about=about, sizes=SIZES, config=config, threads=1)
    outputs = {("recommended", 0): str(folder / "recommended" / "panels.json")}
    select_recommended(str(prepared), outputs, about=about, sizes=SIZES, config=config, threads=1)
    for name in PEERS:
        outputs = {(name, 0): str(folder / name / "panels.json")}
        select_peers(str(prepared), outputs, about=about, sizes=SIZES, config=config, threads=1)
    texts = {}
    for path in sorted(folder.glob("*/panels.json")):
        document = json.loads(path.read_text())
        document.pop("made_by")
        texts[path.parent.name] = json.dumps(document, sort_keys=True)
    return texts


@pytest.mark.parametrize("task", ["reconstruction", "classification"])
def test_scrambled_test_cells_change_no_panel(task, config, tmp_path):
    prepared, scrambled = tmp_path / "prepared.h5ad", tmp_path / "scrambled.h5ad"
    prepare_file(
        config["datasets"]["d"]["path"],
        str(prepared),
        name="d",
        repeat=0,
        sizes=SIZES,
        config={
            "dataset": config["datasets"]["d"],
            **{key: config[key] for key in ("preprocess", "split", "genes")},
        },
    )
    scramble(prepared, scrambled)
    before = choose(prepared, tmp_path / "before", task, config)
    after = choose(scrambled, tmp_path / "after", task, config)
    assert len(before) == sum(map(len, SELECTORS.values())) + len(BASELINES) + len(PEERS) + 1
    assert after == before
