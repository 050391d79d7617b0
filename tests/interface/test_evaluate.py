"""evaluate_panels: any lists of genes, judged as the workflow judges its selectors."""

import numpy as np
import pytest
import torch

import spinn
from spinn.config.check import check
from spinn.config.sections import judging_of
from spinn.constraints.files import read_rules
from spinn.data import read_prepared
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.interface.threads import one_thread
from spinn.panel import Panel, PanelPath
from spinn.preparation.inputs import read_input
from spinn.preparation.preprocess import prepare
from spinn.settings import read_settings
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
    places = ["panel", "size", "n_judged", "metric", "target"]
    counts = ["n_seeds", "n_blocks", "split"]
    assert table.columns.tolist() == [*places, *numbers, *counts]
    head = table[table["metric"] == table["metric"][0]]
    assert table["metric"][0] == "fvu_split"
    lists, references = [("mine", 4), ("vendor", 4), ("few", 2)], [("floor", 2), ("floor", 4)]
    rows = list(zip(head["panel"], head["size"], strict=True))
    assert rows == [*lists, *references, ("ceiling", 12)]
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
    of_b = twice[(twice["panel"] == "b") & twice["n_blocks"].notna()]
    assert (of_b[["diff", "diff_low", "diff_high"]] == 0).all(axis=None)


def test_numbers_are_those_of_the_workflow(tmp_path):
    """The same cells, genes and seed, as the rules' scripts call it; all genes are kept."""
    adata = make_adata(80, 12)
    adata.write_h5ad(tmp_path / "cells.h5ad")
    entry = {"path": str(tmp_path / "cells.h5ad"), "label": "type"}
    config = check({**CONFIG, "datasets": {"adata": entry}, "panel_sizes": [4]})
    made = prepare(
        read_input(entry["path"]),
        dataset=config["datasets"]["adata"],
        preprocess=config["preprocess"],
        split=config["split"],
        repeat=0,
        rules=read_rules(config["genes"]),
        sizes=[4],
    )
    made.write_h5ad(tmp_path / "prepared.h5ad")
    with one_thread():
        judge = make_judge(
            read_prepared(tmp_path / "prepared.h5ad"),
            "classification",
            read_settings(judging_of(config)),
            device=torch.device("cpu"),
        )
        theirs, _ = evaluate(judge, [Panel(tuple(LISTS["mine"]))], seed=1)
    only = {"mine": LISTS["mine"]}
    ours = spinn.evaluate_panels(adata, only, label="type", seeds=[1], config=CONFIG)
    ours = ours[ours["panel"] == "mine"].set_index("metric")["value"]
    overall = [row for row in theirs if row["target"] == "all"]
    assert len(overall) > 1
    for row in overall:
        assert ours[row["metric"]] == pytest.approx(row["value"], rel=1e-5), row["metric"]


def test_a_panel_chosen_from_the_judging_cells_is_refused():
    adata = make_adata(80, 12)
    given = {"label": "type", "selector": "greedy", "config": CONFIG}
    panel = spinn.select_genes(adata, 3, hold_out=True, **given)
    judged = spinn.evaluate_panels(adata, {"mine": panel}, label="type", config=CONFIG)
    assert set(judged["panel"]) == {"mine", "floor", "ceiling"}
    with pytest.raises(
        ValueError, match=r"'mine': chosen with other cells held out.*give the same label"
    ):
        spinn.evaluate_panels(adata, {"mine": panel}, config=CONFIG)


@pytest.mark.parametrize("name", ["panel.json", "panel.csv", "folder"])
def test_a_panel_chosen_from_all_cells_is_refused_and_its_genes_alone_are_not(name, tmp_path):
    adata = make_adata(80, 12)
    panel = spinn.select_genes(adata, 3, selector="greedy", config=CONFIG)
    panel.save(tmp_path / name)
    saved = spinn.load_panel(tmp_path / name)
    with pytest.raises(ValueError, match=r"'mine': chosen from all cells.*spinn select --hold-out"):
        spinn.evaluate_panels(adata, {"a": ["g01"], "mine": saved}, config=CONFIG)
    other = make_adata(80, 12, seed=1)
    table = spinn.evaluate_panels(other, {"mine": panel.genes}, config=CONFIG)
    assert "mine" in set(table["panel"])


def test_named_genes_are_kept_however_little_they_vary():
    adata = make_adata(80, 12)
    few = {**CONFIG, "preprocess": {"min_cells": 1, "n_top_genes": 3}}
    table = spinn.evaluate_panels(adata, {"mine": LISTS["mine"]}, config=few)
    assert 4 <= table.loc[table["panel"] == "ceiling", "size"].iloc[0] < 12  # ties stay


@pytest.mark.parametrize(
    ("panels", "error", "message"),
    [
        ({}, ValueError, "panels must name at least one list of genes"),
        (["g01"], TypeError, "panels must be lists of genes by name, .* got list"),
        ({1: ["g01"]}, TypeError, "panels: a name must be text, got 1"),
        ({"a": "g01"}, TypeError, "'a' must be a list of genes, got the text 'g01'"),
        ({"a": ["g01", "g01"]}, ValueError, "'a': panel genes must be distinct; repeated: g01"),
        ({"a": []}, ValueError, "'a': a panel needs at least one gene"),
        ({"floor": ["g01"]}, ValueError, "'floor' is a reserved name"),
        ({"a": ["x", "G01"]}, KeyError, "2 of 2 genes of 'a' absent.*: x, G01 .did you mean g01"),
        ({"a": PanelPath((), (), {"failed": "no memory"})}, ValueError, "no panel: no memory"),
    ],
)
def test_messages(panels, error, message):
    with pytest.raises(error, match=message):
        spinn.evaluate_panels(make_adata(80, 12), panels, config=CONFIG)


def test_absent_genes_are_left_out_and_named(caplog):
    adata = make_adata(80, 12)
    lists = {"mine": ["g00", "g01", "g02"], "vendor": ["g03", "GRCh38_g04", "g05", "nix", "G06"]}
    table = spinn.evaluate_panels(adata, lists, label="type", config=CONFIG)
    assert "3 of 5 genes of 'vendor' absent from the data, and left out: " in caplog.text
    assert "GRCh38_g04 (did you mean g04?), nix, G06 (did you mean g06?)" in caplog.text
    head = table[(table["metric"] == "macro_f1")].set_index(["panel", "size"])
    assert head["n_judged"].to_dict() == {
        ("mine", 3): 3,
        ("vendor", 5): 2,
        ("floor", 2): 2,
        ("floor", 3): 3,
        ("ceiling", 12): 12,
    }
    present = {"mine": lists["mine"], "vendor": ["g03", "g05"]}
    same = spinn.evaluate_panels(adata, present, label="type", config=CONFIG)
    numbers = ["value", "low", "high", "diff", "diff_low", "diff_high", "n_judged"]
    assert table[numbers].equals(same[numbers])
    with pytest.raises(KeyError, match=r"3 of 5 genes of 'vendor' absent .*nix, G06 .did you mean"):
        spinn.evaluate_panels(adata, lists, missing="error", config=CONFIG)
    with pytest.raises(ValueError, match="missing must be 'drop' or 'error', got 'skip'"):
        spinn.evaluate_panels(adata, lists, missing="skip", config=CONFIG)


def test_panels_that_lose_genes_are_told_apart_by_what_they_name(caplog):
    """Two panels of a path, of four genes and two, are left with two each."""
    path = PanelPath((Panel(("g00", "nix", "g01", "nox")), Panel(("g02", "g03"))), ())
    lists = {"mine": path, "other": ["g05", "g06"]}
    table = spinn.evaluate_panels(make_adata(80, 12), lists, config=CONFIG)
    head = table[table["metric"] == "fvu_split"].set_index(["panel", "size"])
    assert head["n_judged"].to_dict() == {
        ("mine", 2): 2,
        ("mine", 4): 2,
        ("other", 2): 2,
        ("floor", 2): 2,
        ("ceiling", 12): 12,
    }
    value, other = head["value"], head.loc[("other", 2)]
    assert value["mine", 2] != value["mine", 4]
    assert other["diff"] == pytest.approx(other["value"] - value["mine", 2])


def test_lists_name_genes_by_name_id_or_symbol(caplog):
    adata = make_adata(80, 12)
    adata.var["ids"] = [f"ENSG{i:011d}" for i in range(12)]
    adata.var["symbols"] = [f"SYM{i}A" for i in range(12)]
    mixed = {"mine": ["g00", "ENSG00000000001.5", "SYM2A", "sym3a"]}
    named = {"gene_id": "ids", "gene_symbol": "symbols"}
    table = spinn.evaluate_panels(adata, mixed, **named, config=CONFIG)
    assert "absent from the data, and left out: sym3a (did you mean SYM3A?)" in caplog.text
    mine = table[table["panel"] == "mine"]
    assert (set(mine["size"]), set(mine["n_judged"])) == ({4}, {3})
    plain = {"mine": ["g00", "g01", "g02"]}
    same = spinn.evaluate_panels(adata, plain, config=CONFIG)
    assert np.array_equal(table["value"], same["value"])
    # A list's own ids, as vendors' files have them, where its names say nothing here.
    path = PanelPath((Panel(("g00", "CD3", "CD4")),), (), {"ids": {"CD3": "ENSG00000000001"}})
    judged = spinn.evaluate_panels(adata, {"mine": path}, **named, config=CONFIG)
    assert set(judged.loc[judged["panel"] == "mine", "n_judged"]) == {2}
    twice = {"mine": ["g00", "SYM0A", "g01"]}
    judged = spinn.evaluate_panels(adata, twice, **named, config=CONFIG)
    assert "'mine' names some genes twice, which count once: g00" in caplog.text
    assert set(judged.loc[judged["panel"] == "mine", "n_judged"]) == {2}
    adata.var["symbols"] = "same"
    with pytest.raises(ValueError, match=r"'mine': 'same' is the symbol of 12 genes: g00 .ENSG0"):
        spinn.evaluate_panels(adata, {"mine": ["same"]}, **named, config=CONFIG)


def test_constant_genes_of_a_list_are_left_out_and_rare_ones_judged(caplog):
    adata = make_adata(80, 12)
    dense = adata.X.toarray()
    dense[:, 1] = 0
    dense[:, 2] = 0
    dense[::40, 2] = 1  # far below min_cells
    adata.X = dense
    strict = {**CONFIG, "preprocess": {"min_cells": 10, "n_top_genes": 3}}
    table = spinn.evaluate_panels(adata, {"mine": ["g01", "g02", "g03"]}, config=strict)
    assert "1 of 3 genes of 'mine' constant in the training cells, and left out: g01" in caplog.text
    mine = table[table["panel"] == "mine"]
    assert (set(mine["size"]), set(mine["n_judged"])) == ({3}, {2})
    with pytest.raises(ValueError, match="none of the 1 genes of 'mine' can be judged"):
        spinn.evaluate_panels(adata, {"mine": ["g01"]}, config=strict)


def test_every_list_has_the_recall_of_every_type():
    """Values by a count, intervals as in the workflow's recall.csv, differences paired."""
    adata = make_adata(80, 12)
    table = spinn.evaluate_panels(adata, LISTS, label="type", config=CONFIG)
    of_types = table[table["metric"] == "recall"]
    assert (table.loc[table["metric"] != "recall", "target"] == "all").all()
    assert set(of_types["target"]) == {"B", "NK", "T"}
    assert set(of_types["panel"]) == {*LISTS, "floor", "ceiling"}
    places = of_types.set_index(["panel", "size"])
    balanced = table[table["metric"] == "balanced_accuracy"].set_index(["panel", "size"])["value"]
    for place, rows in places.groupby(level=[0, 1]):
        assert rows["value"].mean() == pytest.approx(balanced[place])
    assert ((of_types["low"] <= of_types["value"]) & (of_types["value"] <= of_types["high"])).all()
    assert (of_types["low"] < of_types["high"]).all()  # Wilson's: even where all are recognised
    values = of_types.set_index(["target", "panel", "size"])["value"]
    for (kind, panel, _), row in of_types.set_index(["target", "panel", "size"]).iterrows():
        if panel != "mine":
            assert row["diff"] == pytest.approx(row["value"] - values[kind, "mine", 4])


def test_seeds_are_a_list():
    with pytest.raises(TypeError, match=r"seeds must be a list of whole numbers, got 0; write .0."):
        spinn.evaluate_panels(make_adata(60, 12), {"a": ["g01"]}, seeds=0)


def test_the_section_genes_constrains_selection_only():
    adata = make_adata(80, 12)
    same = {**CONFIG, "genes": {"required": ["g01", "g02"]}}
    panel = spinn.select_genes(adata, 3, selector="greedy", config=same, hold_out=True)
    table = spinn.evaluate_panels(adata, {"mine": panel}, config=same)
    assert set(table["panel"]) == {"mine", "floor", "ceiling"}
