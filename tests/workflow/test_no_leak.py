"""What is compared does not depend on the test cells, to the last byte; what is delivered does."""

import json

import anndata as ad
import numpy as np
import pytest

import spinn
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


def chosen(config, prepared, folder, *, split=0):
    """Run every selector on a prepared file; return the panels.json texts, less `made_by`."""
    texts = {}
    paths = select(config, str(prepared), folder, dataset="d", split=split)
    for (_, name, _), path in paths.items():
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


SIMPLE = ["greedy", "greedy_split", "markers", "jacobian-rfe"]


def test_scrambled_input_changes_what_is_delivered_and_no_panel_that_is_judged(config, tmp_path):
    """From the input on: which genes are kept is decided without the test cells, too."""
    (entry,) = config["datasets"].values()
    adata, texts = ad.read_h5ad(entry["path"]), []
    part = ad.read_h5ad(prepare(config, tmp_path / "prepared.h5ad", dataset="d")).obs["part"]
    scrambled = with_other_cells(adata, np.flatnonzero(part == "test"))
    for name, cells in {"before": adata, "after": scrambled}.items():
        path = tmp_path / f"{name}.h5ad"
        cells.write_h5ad(path)
        of_cells = {**config, "datasets": {"d": {**entry, "path": str(path)}}}
        of_cells |= {"tasks": ["classification"], "selectors": SIMPLE}
        for split in (0, None):
            folder = tmp_path / f"{name}_{split}"
            prepared = prepare(of_cells, tmp_path / "now.h5ad", dataset="d", split=split)
            texts.append(chosen(of_cells, prepared, folder, split=split))
    (judged, delivered), (judged_after, delivered_after) = texts[:2], texts[2:]
    assert judged_after == judged
    for name in SIMPLE:
        assert json.loads(delivered[name])["cells"] == "all"
        assert genes(delivered[name]) != genes(delivered_after[name]), name


def with_other_cells(adata, rows):
    """Return the input with some of its cells exchanged, their genes too."""
    counts = adata.X.toarray()
    counts[rows] = 3 * counts[rows[::-1], ::-1]
    return ad.AnnData(type(adata.X)(counts), obs=adata.obs, var=adata.var)


def genes(text):
    return [panel["genes"] for panel in json.loads(text)["panels"]]


def test_the_api_reads_held_out_cells_only_where_none_are_held_out(config, tmp_path):
    """The same through select_genes: with hold_out nothing changes but names of the cells."""
    adata = make_adata()
    given = {"label": "type", "selector": "greedy", "config": {"preprocess": {"min_cells": 1}}}
    panel = spinn.select_genes(adata, 6, hold_out=True, **given)
    prepared = prepare(config, tmp_path / "prepared.h5ad", dataset="d")
    part = ad.read_h5ad(prepared).obs["part"]
    other = with_other_cells(adata, np.flatnonzero(part == "test"))
    again = spinn.select_genes(other, 6, hold_out=True, **given)
    assert (again.panels, again.about["data"]) == (panel.panels, panel.about["data"])
    whole, whole_again = (spinn.select_genes(cells, 6, **given) for cells in (adata, other))
    assert whole.about["data"]["n_cells"] == 100
    assert whole.panels != whole_again.panels
