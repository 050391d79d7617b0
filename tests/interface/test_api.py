"""select_genes: the workflow's panels, from any kind of AnnData, which stays as it is."""

import json
import logging
from functools import partial

import anndata as ad
import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

import spinn
from spinn.config.check import check
from tests.support.cells import make_adata
from tests.support.selection import prepare, select

QUICK = {
    "preprocess": {"min_cells": 1},
    "network": {"hidden": [8]},
    "training": {"max_steps": 10, "check_every": 5, "basis": 6, "n_splits": 1, "max_doublings": 0},
    "rfe": {"max_steps": 4},
    "refit": {"max_steps": 10},
    "device": "cpu",
}
CELLS = {"label": "type", "donor": "donor"}
greedy = partial(spinn.select_genes, selector="greedy", config=QUICK)


def by_the_workflow(adata, folder, selector, *, task, sizes, seed, split):
    """Return panels.json as the workflow's scripts write it, one after the other."""
    adata.write_h5ad(folder / "cells.h5ad")
    entry = {"path": str(folder / "cells.h5ad"), **CELLS}
    config = check(
        {**QUICK, "datasets": {"adata": entry}, "tasks": [task], "panel_sizes": sizes}
        | {"selectors": [selector], "seeds": [seed]}
    )
    prepared = prepare(config, folder / "prepared.h5ad", dataset="adata", split=split)
    panels = select(config, prepared, folder, dataset="adata", split=split)
    return json.loads(panels[task, selector, seed].read_text())


@pytest.mark.parametrize(
    ("selector", "task"),
    [
        ("greedy_split", "reconstruction"),
        ("markers", "classification"),
        ("random", "classification"),
        ("jacobian-ranking", "classification"),
        ("bernoulli-rfe", "reconstruction"),
        ("concrete_ae", "reconstruction"),
        pytest.param("recommended", "reconstruction", marks=pytest.mark.slow),
        ("recommended", "classification"),
    ],
)
def test_panels_are_the_workflow_s(selector, task, tmp_path):
    adata = make_adata(60, 12)
    theirs = by_the_workflow(adata, tmp_path, selector, task=task, sizes=[5, 3], seed=2, split=1)
    given = {"selector": selector, "task": task, "seed": 2, "config": QUICK, **CELLS}
    ours = spinn.select_genes(adata, [5, 3], split=1, hold_out=True, **given).document()
    for document in (theirs, ours):
        document.pop("made_by")
    assert ours.pop("held_out")
    assert ours.pop("explained").keys() == {"5", "3"}
    assert json.loads(json.dumps(ours)) == theirs


@pytest.mark.parametrize("selector", ["greedy", "jacobian-rfe"])
def test_by_default_panels_are_those_that_the_workflow_delivers(selector, tmp_path):
    adata = make_adata(60, 12)
    theirs = by_the_workflow(
        *(adata, tmp_path, selector), task="classification", sizes=[4], seed=0, split=None
    )
    ours = spinn.select_genes(adata, 4, selector=selector, config=QUICK, **CELLS).document()
    for document in (theirs, ours):
        document.pop("made_by")
    assert {row[-1] for row in ours.pop("explained")["4"][1:]} == {"all"}
    assert (ours["cells"], ours["data"]["n_cells"]) == ("all", 60)
    assert json.loads(json.dumps(ours)) == theirs


def test_every_gene_of_every_panel_is_explained(tmp_path):
    path = greedy(make_adata(60, 12), [4, 2], label="type", required=["g07"])
    table = path.table()
    assert table.columns[:4].tolist() == ["gene", "rank", "size", "why"]
    assert table["size"].tolist() == [4] * 4 + [2] * 2
    assert table["gene"].tolist() == [gene for panel in path.panels for gene in panel.genes]
    assert (table["required"] == "yes").tolist() == [g == "g07" for g in table["gene"]]
    assert (table["load_max"] >= table["load"]).all()
    assert set(table["load_unit"]) == {"molecules per cell"}
    assert table["frequency"].isna().all()  # there are no other panels
    for name in ("panel.json", "panel.csv"):
        path.save(tmp_path / name)
        assert spinn.load_panel(tmp_path / name).table().equals(table), name


FORMS = {
    "csr": lambda a: a,
    "csc": lambda a: with_x(a, sp.csc_matrix(a.X)),
    "dense": lambda a: with_x(a, a.X.toarray()),
    "integers": lambda a: with_x(a, a.X.astype(np.int64)),
    "layer": lambda a: with_x(a, sp.csr_matrix(a.shape, dtype=np.float32), layers={"m": a.X}),
    "view": lambda a: ad.concat([a, a[:7]], index_unique="-")[: a.n_obs],
    "genes shuffled": lambda a: a[:, a.var_names[::-1]].copy(),
}


def with_x(adata, x, **more):
    return ad.AnnData(x, obs=adata.obs, var=adata.var, **more)


@pytest.fixture(scope="module")
def expected():
    return greedy(make_adata(60, 12), 5).genes


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_cells_gives_the_same_panel(form, expected):
    given_form = FORMS[form](make_adata(60, 12))
    layer = "m" if form == "layer" else None
    assert greedy(given_form, 5, layer=layer).genes == expected
    assert given_form.is_view == (form == "view")


def test_backed_cells_stay_backed(tmp_path, expected):
    make_adata(60, 12).write_h5ad(tmp_path / "cells.h5ad")
    adata = ad.read_h5ad(tmp_path / "cells.h5ad", backed="r")
    panel = greedy(adata, 5)
    assert panel.genes == expected
    assert adata.isbacked
    assert panel.annotate(adata).var["spinn_selected"].sum() == 5
    assert greedy(adata[:, :], 5).genes == expected
    adata.file.close()


@settings(max_examples=10)
@given(seed=st.integers(0, 99), layer=st.sampled_from([None, "raw", "m"]), dense=st.booleans())
def test_the_caller_s_cells_stay_as_they_are(seed, layer, dense):
    adata = make_adata(40, 8, seed=seed)
    if dense:
        adata.X = adata.X.toarray()
    adata.layers["m"] = adata.X.copy()
    adata.raw = adata.copy()
    adata.uns["note"] = {"a": 1}
    adata.obsm["place"] = np.ones((40, 2))
    before = adata.copy()
    panel = greedy(adata, [2, 4], label="type", layer=layer, donor="donor", required=["g03"])
    panel.annotate(adata)
    for name in ("obs", "var"):
        assert getattr(adata, name).equals(getattr(before, name))
    for mine, theirs in ((adata.X, before.X), (adata.layers["m"], before.layers["m"])):
        assert type(mine) is type(theirs)
        assert abs(mine - theirs).sum() == 0
    assert (adata.raw.X != before.raw.X).sum() == 0
    assert adata.uns == before.uns
    assert np.array_equal(adata.obsm["place"], before.obsm["place"])


def test_a_label_asks_for_types_and_values_are_seen(caplog):
    adata = make_adata(60, 12)
    assert greedy(adata, 3).about["task"] == "reconstruction"
    with caplog.at_level(logging.INFO, logger="spinn"):
        assert greedy(adata, 3, label="type").about["task"] == "classification"
    assert "values: taken for counts" in caplog.text
    assert greedy(adata, 3, label="type", task="hurdle").about["task"] == "hurdle"
    assert greedy(adata, 3, task="regression", targets=["age"]).about["task"] == "regression"
    adata.X = adata.X.log1p()
    with caplog.at_level(logging.INFO, logger="spinn"):
        greedy(adata, 3)
    assert "values: taken for lognorm" in caplog.text


def test_the_goal_says_which_task_judges():
    adata = make_adata(60, 12)
    for goal, task in {"genes": "reconstruction", "types": "classification"}.items():
        assert greedy(adata, 3, label="type", goal=goal).about["task"] == task
        config = {**QUICK, "goal": goal}
        path = spinn.select_genes(adata, 3, label="type", selector="greedy", config=config)
        assert path.about["task"] == task
    assert greedy(adata, 3, label="type", goal="both").about["task"] == "classification"
    assert greedy(adata, 3, label="type", goal="types", task="hurdle").about["task"] == "hurdle"


def test_a_panel_for_types_and_genes_says_what_it_costs():
    path = spinn.select_genes(make_adata(60, 12), 3, label="type", config=QUICK)
    assert path.about["settings"]["goal"] is None
    assert set(path.about["settings"]["chosen"]["3"]["prices"]) >= {"genes", "types"}
    genes = spinn.select_genes(make_adata(60, 12), 3, label="type", goal="genes", config=QUICK)
    assert genes.about["task"] == "reconstruction"
    assert "voted" in genes.about["settings"]["chosen"]["3"]["losses"]


def test_sizes_and_demands(tmp_path):
    adata = make_adata(60, 12)
    path = greedy(adata, np.array([5, 2]), required=["g07"], excluded=["regex:^g0[0-3]"])
    assert [panel.size for panel in path.panels] == [5, 2]
    assert path.genes[0] == "g07"
    assert not {"g00", "g01", "g02", "g03"} & set(path.genes)
    (tmp_path / "genes.txt").write_text("g05\ng06\n")
    assert greedy(adata, 2, required=tmp_path / "genes.txt").genes == ["g05", "g06"]
    few = {**QUICK, "genes": {"required": ["g09"], "budget": 3}}
    assert spinn.select_genes(adata, 3, selector="hvg", config=few).genes[0] == "g09"


def test_libraries_get_their_threads_back():
    before = [library["num_threads"] for library in threadpool_info()], torch.get_num_threads()
    greedy(make_adata(60, 12), 3)
    after = [library["num_threads"] for library in threadpool_info()], torch.get_num_threads()
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"label": "kind"}, KeyError, "label: 'kind' is not a column of obs; those there: type"),
        ({"layer": "m"}, KeyError, "layer: 'm' is not there"),
        ({"required": ["x"]}, KeyError, "^.required: 1 absent from the data: x"),
        ({"n_genes": 13}, ValueError, r"^n_genes: the largest panel \(13\) needs as many genes"),
        ({"n_genes": 0}, ValueError, "^n_genes: must be a whole number of at least 1, got 0"),
        ({"n_genes": 2.5}, ValueError, "^n_genes: must be a whole number of at least 1, got 2.5"),
        ({"n_genes": 9999}, ValueError, "^n_genes: must be at most preprocess.n_top_genes"),
        ({"selector": "greddy"}, ValueError, "^selector: 'greddy' is not a selector; did you mean"),
        ({"selector": "spapros", "label": "type"}, ValueError, "environment of its own"),
        ({"selector": "markers"}, ValueError, "^label: must be an obs column for 'markers'"),
        ({"goal": "tpyes"}, ValueError, "^goal: 'tpyes' is not a goal; did you mean 'types'"),
        (
            {"goal": "both", "selector": "recommended"},
            ValueError,
            r"^label: must be an obs column for 'both' \(goal\), got null",
        ),
        ({"task": "classification"}, ValueError, "^label: must be an obs column"),
        ({"task": "tell"}, ValueError, "^task: 'tell' is not a task"),
        ({"seed": -1}, ValueError, "^seed: must be a whole number of at least 0"),
        ({"values": "lognorm"}, ValueError, "lognorm was declared, but the matrix holds whole"),
        ({"values": "scaled"}, ValueError, "^values: 'scaled' is not a kind of values"),
        ({"config": {"rfr": {}}}, ValueError, "^rfr: unknown key; did you mean 'rfe'"),
        ({"config": {"seeds": [1]}}, ValueError, "^config: seeds is set by arguments"),
        (
            {"required": "g1"},
            ValueError,
            r"there is no file 'g1'; for genes, give a list: \['g1'\]",
        ),
        ({"excluded": 3}, TypeError, "^excluded must be a list of genes or a file's path, got 3"),
        ({"split": -1}, ValueError, "^split must be a whole number of at least 0, got -1"),
        ({"split": 1.5}, ValueError, "^split must be a whole number of at least 0, got 1.5"),
        ({"targets": "m", "task": "regression"}, KeyError, "'m'"),
        ({"targets": ["age"]}, ValueError, "^targets are for task='regression', and the task is"),
        ({"config": "my.yaml"}, TypeError, "^config must hold keys and values, got 'my.yaml'"),
        ({"excluded": ["prefx:g"]}, ValueError, "'prefx:g' is no family; did you mean prefix:"),
    ],
)
def test_messages_name_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        spinn.select_genes(make_adata(60, 12), **{"n_genes": 3, "selector": "greedy", **arguments})


def test_only_cells_are_taken():
    with pytest.raises(TypeError, match="adata must be an AnnData, got str; read the file"):
        spinn.select_genes("cells.h5ad")


def test_required_and_excluded_genes_may_be_symbols_or_ids():
    adata = make_adata(60, 12)
    adata.var["ids"] = [f"ENSG{i:011d}" for i in range(12)]
    adata.var["symbols"] = ["CD3E", "RPS2", "RPL3", *[f"S{i}" for i in range(9)]]
    by_symbol = greedy(
        adata,
        6,
        required=["CD3E", "ENSG00000000004.1"],
        excluded=["family:ribosomal", "S8"],
        gene_id="ids",
        gene_symbol="symbols",
    )
    by_name = greedy(adata, 6, required=["g00", "g04"], excluded=["g01", "g02", "g11"])
    assert by_symbol.genes == by_name.genes
    assert by_symbol.genes[:2] == ["g00", "g04"]
    with pytest.raises(KeyError, match=r"required: 1 absent .*: cd3e .did you mean CD3E"):
        greedy(adata, 6, required=["cd3e"], gene_symbol="symbols")
    with pytest.raises(KeyError, match="gene_symbol: 'symbol' is not a column of var"):
        greedy(adata, 6, gene_symbol="symbol")


def test_a_platform_may_stand_in_the_config_or_be_an_argument():
    for how in ({"config": {**QUICK, "platform": "xenium_v1"}}, {"platform": "xenium_v1"}):
        path = spinn.select_genes(make_adata(), 3, selector="hvg", **{"config": QUICK, **how})
        assert path.about["settings"]["genes"]["load"]["max_per_type"] == 50


def test_slots_are_a_list_of_names():
    with pytest.raises(
        TypeError, match=r"slots must be a list of names, got 'Cre'; write \['Cre'\]"
    ):
        greedy(make_adata(), 3, slots="Cre")
