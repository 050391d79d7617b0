"""A panel that is added to a base, from the vendor's list to its judgement and its order."""

import csv

import pytest
from click.testing import CliRunner

import spinn
from spinn.interface import command
from spinn.panel import Panel, PanelPath
from tests.interface.test_evaluate import CONFIG
from tests.support.cells import make_adata

BASE = ("g01", "g02", "g03")
ADDED = Panel(("g04", "g05"), BASE, ("tdTomato",))
HEAD = "fvu_split"


def numbers(table, name):
    """Every number of a list but those of its size."""
    columns = ["metric", "n_judged", "value", "low", "high"]
    return table.loc[table["panel"] == name, columns].reset_index(drop=True)


def test_a_panel_is_judged_with_its_base_and_without_its_slots(caplog):
    lists = {"added": ADDED, "flat": [*BASE, "g04", "g05"], "base": BASE}
    table = spinn.evaluate_panels(make_adata(80, 12), lists, label="type", config=CONFIG)
    assert "absent" not in caplog.text
    assert numbers(table, "added").equals(numbers(table, "flat"))
    head = table[table["metric"] == "macro_f1"]
    assert list(zip(head["panel"], head["size"], head["n_judged"], strict=True))[:3] == [
        ("added", 3, 5),
        ("flat", 5, 5),
        ("base", 3, 3),
    ]


def test_genes_of_a_base_that_the_cells_lack_are_named_and_left_out(caplog):
    wide = Panel(("g04", "g05"), (*BASE, "nix", "G06"))
    adata, given = make_adata(80, 12), {"seeds": [0], "config": CONFIG, "missing": "error"}
    table = spinn.evaluate_panels(adata, {"a": wide, "b": Panel(("g04", "g05"), BASE)}, **given)
    assert (
        "2 of 5 base genes of 'a' measured, but not judged (absent): nix, G06 (did" in caplog.text
    )
    assert numbers(table, "a").equals(numbers(table, "b"))
    with pytest.raises(KeyError, match=r"1 of 2 genes of 'a' absent from the data: nox"):
        spinn.evaluate_panels(adata, {"a": Panel(("g04", "nox"), BASE)}, **given)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    adata = make_adata(80, 12)
    adata.var["ids"] = [f"ENSG{i:011}" for i in range(12)]
    adata.write_h5ad(tmp_path / "cells.h5ad")
    rows = [f"{gene},ENSG{i:011},2,1,marker" for i, gene in enumerate(BASE, start=1)]
    lines = ["Genes,Ensembl_ID,Num_Probesets,Codewords,Annotation", *rows, "nix,ENSG1,2,1,x"]
    (tmp_path / "vendor.csv").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(line):
    done = CliRunner().invoke(command.main, line.split())
    assert done.exit_code == 0, done.stderr
    return done


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_from_a_vendor_s_panel_to_the_order_of_what_is_added(folder):
    """Chosen, judged, ordered; and the submission file is a list that can be a base again."""
    (folder / "quick.yaml").write_text("preprocess: {min_cells: 1}\nevaluation: {floor_panels: 1}")
    cells = "cells.h5ad --label type --gene-id ids --config quick.yaml"
    call(
        f"select {cells} -g 4 --selector greedy --required g09 --base vendor.csv --slot Cre "
        "--platform xenium_v1 --hold-out -o panel.json"
    )
    path = spinn.load_panel("panel.json")
    assert (path.largest.base, path.largest.slots, path.sizes) == (BASE, ("Cre",), [4])
    assert len(path.genes) == 3
    call(f"evaluate {cells} panel.json vendor.csv --seed 0 -o quality.csv")
    judged = {row["panel"]: row["n_judged"] for row in rows_of(folder / "quality.csv")}
    assert (judged["panel"], judged["vendor"]) == ("6", "3")
    call("order panel.json --platform xenium_v1 -o order")
    submitted = rows_of(folder / "order" / "submission.csv")
    assert [row["Gene"] for row in submitted] == [*path.genes, "Cre"]
    assert {row["Gene"] for row in submitted if row["Force"] == "forced"} == {"g09", "Cre"}
    ids = {gene: f"ENSG{int(gene[1:]):011}" for gene in path.genes}
    assert {row["Gene"]: row["Ensembl ID"] for row in submitted} == {**ids, "Cre": ""}
    checks = {row["rule"]: row for row in rows_of(folder / "order" / "checks.csv")}
    assert checks["sizes"]["limit"] == "1 to 100 as an add-on"
    assert checks["submission.columns"]["met"] == "yes"
    page = " ".join((folder / "order" / "README.txt").read_text().split())
    assert "Added to 3 base genes of the data, which are measured anyway" in page
    assert "In the room of genes, and none of the data (1): Cre" in page
    assert "Required (1): g09" in page
    call("order order/submission.csv --platform xenium_v1 -o again")
    again = (folder / "again" / "submission.csv").read_bytes()
    assert again == (folder / "order" / "submission.csv").read_bytes()
    call(f"select {cells} -g 2 --selector greedy --base order/submission.csv -o more.json")
    assert set(spinn.load_panel("more.json").largest.base) == set(path.genes)


def test_slots_of_an_explained_table_are_slots(tmp_path):
    header = ["gene", "rank", "why", "role"]
    rows = [["g04", 1, "x", "structure"], ["g05", 2, "y", "structure"], ["Cre", 3, "z", "slot"]]
    panel = Panel(("g04", "g05"), slots=("Cre",))
    PanelPath((panel,), (), {"explained": {"3": [header, *rows]}}).save(tmp_path / "panel.csv")
    assert spinn.load_panel(tmp_path / "panel.csv").panels == (panel,)
