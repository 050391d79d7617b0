"""evaluate_panels: any lists of genes, judged as the workflow judges its selectors."""

import numpy as np
import pandas as pd
import pytest

import spinn
from spinn.config.check import check
from spinn.config.sections import judging_of
from spinn.jobs.evaluate import evaluate_panels as judge_files
from spinn.jobs.prepare import prepare_file
from spinn.panel import Panel, PanelPath
from tests.interface.test_api import QUICK
from tests.support.cells import gene_names, make_adata

CONFIG = {**QUICK, "evaluation": {"floor_panels": 3, "bootstrap": 60, "test_splits": 1}}
GENES = gene_names(12)
LISTS = {"mine": ["g00", "g01", "g02", "g03"], "vendor": GENES[6:10], "few": ["g05", "g04"]}


@pytest.fixture(scope="module")
def table():
    return spinn.evaluate_panels(make_adata(80, 12), LISTS, config=CONFIG)


def test_every_list_has_every_number_with_an_interval(table):
    numbers = ["value", "low", "high", "diff", "diff_low", "diff_high"]
    places, counts = ["panel", "size", "metric"], ["n_seeds", "n_blocks", "split"]
    assert table.columns.tolist() == [*places, *numbers, *counts]
    head = table[table["metric"] == table["metric"][0]]
    assert table["metric"][0] == "fvu_split"
    found = list(zip(head["panel"], head["size"], strict=True))
    own = [("mine", 4), ("vendor", 4), ("few", 2)]
    assert found == [*own, ("floor", 2), ("floor", 4), ("ceiling", 12)]
    assert (head["low"] < head["value"]).all()
    assert (head["value"] < head["high"]).all()
    assert head["n_seeds"].tolist() == [2, 2, 2, 3, 3, 2]
    assert (head["n_blocks"] == 16).all()


def test_differences_are_to_the_first_and_paired(table):
    values = table.set_index(["metric", "panel", "size"])
    for (metric, panel, _), row in values.iterrows():
        if panel == "mine":
            assert np.isnan(row["diff"])
        else:  # `mine` has one size
            assert row["diff"] == pytest.approx(row["value"] - values.loc[metric, "mine", 4].value)
    same = {"a": LISTS["mine"], "b": LISTS["mine"]}
    twice = spinn.evaluate_panels(make_adata(80, 12), same, config=CONFIG)
    assert (twice.loc[twice["panel"] == "b", ["diff", "diff_low", "diff_high"]] == 0).all(axis=None)


def test_numbers_are_the_workflow_s(tmp_path):
    """The same cells, genes and seeds by the rules' jobs; all genes are kept either way."""
    adata = make_adata(80, 12)
    adata.write_h5ad(tmp_path / "cells.h5ad")
    entry = {"path": str(tmp_path / "cells.h5ad"), "label": "type"}
    config = check({**CONFIG, "datasets": {"adata": entry}, "panel_sizes": [4]})
    prepared = str(tmp_path / "prepared.h5ad")
    named = {**config, "dataset": config["datasets"]["adata"]}
    prepare_file(entry["path"], prepared, name="adata", repeat=0, sizes=[4], config=named)
    PanelPath((Panel(tuple(LISTS["mine"])),), ()).save(tmp_path / "mine")
    judge_files(
        prepared,
        {("mine", 1): str(tmp_path / "mine" / "panels.json")},
        {("mine", 1): str(tmp_path / "mine" / "scores.csv")},
        about={"dataset": "adata", "split": 0, "task": "classification"},
        config=judging_of(config),
        threads=1,
    )
    theirs = pd.read_csv(tmp_path / "mine" / "scores.csv").query("target == 'all'")
    only = {"mine": LISTS["mine"]}
    ours = spinn.evaluate_panels(adata, only, label="type", seeds=[1], config=CONFIG)
    ours = ours[ours["panel"] == "mine"].set_index("metric")["value"]
    for row in theirs.itertuples():
        assert ours[row.metric] == pytest.approx(row.value, rel=1e-5), row.metric


def test_a_panel_chosen_from_the_judging_cells_is_refused():
    adata = make_adata(80, 12)
    panel = spinn.select_genes(adata, 3, label="type", selector="greedy", config=CONFIG)
    judged = spinn.evaluate_panels(adata, {"own": panel}, label="type", config=CONFIG)
    assert set(judged["panel"]) == {"own", "floor", "ceiling"}
    with pytest.raises(ValueError, match=r"'own' chosen with other cells held out.*give label"):
        spinn.evaluate_panels(adata, {"own": panel}, config=CONFIG)


def test_named_genes_are_kept_however_little_they_vary():
    adata = make_adata(80, 12)
    few = {**CONFIG, "preprocess": {"min_cells": 1, "n_top_genes": 3}}
    table = spinn.evaluate_panels(adata, {"mine": LISTS["mine"]}, config=few)
    assert 4 <= table.loc[table["panel"] == "ceiling", "size"].iloc[0] < 12  # ties stay


@pytest.mark.parametrize(
    ("panels", "error", "message"),
    [
        ({}, ValueError, "panels must name one list of genes at least"),
        (["g01"], TypeError, "panels must be lists of genes by name, .* came list"),
        ({1: ["g01"]}, TypeError, "panels: a name must be text, came 1"),
        ({"a": "g01"}, TypeError, "'a' must be a list of genes, came the text 'g01'"),
        ({"a": ["g01", "g01"]}, ValueError, "'a': panel genes must be distinct; repeated: g01"),
        ({"a": []}, ValueError, "'a': a panel needs at least one gene"),
        ({"floor": ["g01"]}, ValueError, "'floor' is a name of its own here"),
        ({"a": ["g01"], "b": ["x", "g02"]}, KeyError, "1 of 2 genes of 'b' absent.*: x; names"),
        ({"a": PanelPath((), (), {"failed": "no memory"})}, ValueError, "no panel: no memory"),
    ],
)
def test_messages(panels, error, message):
    with pytest.raises(error, match=message):
        spinn.evaluate_panels(make_adata(80, 12), panels, config=CONFIG)


def test_seeds_are_a_list():
    with pytest.raises(
        TypeError, match=r"seeds must be a list of whole numbers, came 0; write .0."
    ):
        spinn.evaluate_panels(make_adata(60, 12), {"a": ["g01"]}, seeds=0)


def test_the_config_that_chose_may_judge():
    adata = make_adata(80, 12)
    same = {**CONFIG, "genes": {"required": ["g01", "g02"]}}
    panel = spinn.select_genes(adata, 3, selector="greedy", config=same)
    table = spinn.evaluate_panels(adata, {"own": panel}, config=same)
    assert set(table["panel"]) == {"own", "floor", "ceiling"}
