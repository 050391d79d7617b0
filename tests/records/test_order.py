"""An order's folder: what is submitted is read again, and one page says what is uncertain."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.panel import Panel, PanelPath
from spinn.panel_files import load_panel
from spinn.platforms.reader import read_platform
from spinn.records.order import Order, write_order
from tests.support.orders import explained_path

V1 = read_platform("xenium_v1")


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_file_to_submit_has_the_platform_s_columns(tmp_path):
    write_order(tmp_path, Order(explained_path(), 3, V1, ids={"CD3E": "ensg00000198851.4"}))
    assert (tmp_path / "submission.csv").read_text() == (
        "Gene,Ensembl ID,Probe sets,Force\n"
        "CD3E,ENSG00000198851,,forced\n"
        "ensg00000156738.2,ENSG00000156738,,\n"
        "B2M,,,\n"
    )
    lines = {line["rule"]: line for line in table(tmp_path / "checks.csv")}
    assert list(lines["sizes"]) == ["rule", "value", "limit", "met", "note", "source", "mark"]
    assert lines["genes.advised_against"]["met"] == "no"
    assert lines["load.max_per_type"]["met"] == "yes"
    assert "left empty: B2M" in lines["submission.columns"]["note"]


def test_without_a_platform_there_is_a_table_of_the_genes(tmp_path):
    assert write_order(tmp_path, Order(explained_path(), 3)) == []
    assert {path.name for path in tmp_path.iterdir()} == {"panel.csv", "README.txt"}
    rows = table(tmp_path / "panel.csv")
    columns = ["id", "symbol", "priority", "role", "types", "load", "substitutes"]
    assert list(rows[0]) == columns
    assert list(rows[0].values()) == ["", "CD3E", "1", "type", "T", "1.5", "CD3D"]
    write_order(tmp_path, Order(PanelPath((Panel(("A",)),), ()), 1))
    assert table(tmp_path / "panel.csv") == [dict.fromkeys(columns, "") | BARE]


BARE = {"symbol": "A", "priority": "1"}


def test_a_vendor_whose_columns_are_not_known_gets_no_file(tmp_path):
    write_order(tmp_path, Order(explained_path(), 2, read_platform("merscope")))
    assert not (tmp_path / "submission.csv").exists()
    assert "there is no file to submit" in (tmp_path / "README.txt").read_text()


def test_the_page_says_what_was_chosen_and_what_is_uncertain(tmp_path):
    about = {"selector": "greedy", "task": "hurdle", "dataset": "mine", "split": 0, "seed": 1}
    about["held_out"] = "1f"
    about["data"] = {"n_cells": 1234, "n_genes": 500}
    about["settings"] = {"genes": {"required": [], "excluded": ["prefix:RPS"]}}
    write_order(tmp_path, Order(explained_path(**about), 3, V1, command="spinn order x"))
    page = (tmp_path / "README.txt").read_text()
    text = " ".join(page.split())
    for words in (
        "A panel of 3 genes for Xenium v1 (10x Genomics)",
        "By the selector greedy for the task hurdle (data set mine, split 0, seed 1).",
        "Chosen by: spinn select CELLS --genes 3 --genes 2 --selector greedy --task hurdle",
        "--seed 1 --split 0 --hold-out, and --label, --donor, --base, --slot, --platform and",
        "How well the panel predicts is for spinn evaluate to say, on cells that chose none.",
        "From 1,234 cells with 500 genes.",
        "Other sizes chosen in the same run: 2.",
        "Required (1): CD3E",
        "Excluded (1): prefix:RPS",
        "Written by: spinn order x",
        "Not met: genes.advised_against: 1 of them",
        "8 of 15 rules and facts were not read in the vendor's own text",
        "No Ensembl id is known of: CD3E, B2M.",
        "Loads are molecules per cell",
    ):
        assert words in text
    assert len(page.splitlines()) < 60
    assert max(map(len, page.splitlines())) <= 80


@pytest.mark.parametrize("is_list", [False, True])
def test_the_page_of_a_panel_from_all_cells_says_where_its_quality_is_measured(is_list, tmp_path):
    about = {"selector": "greedy", "task": "hurdle", "dataset": "mine", "split": 0, "seed": 1}
    write_order(tmp_path, Order(explained_path(cells="all", **({} if is_list else about)), 3))
    text = " ".join((tmp_path / "README.txt").read_text().split())
    assert "No cell was held out from this panel." in text
    if not is_list:
        assert "(data set mine, all cells, seed 1)." in text
        assert "--seed 1 --split 0, and --label" in text


def test_a_list_of_genes_says_little_of_itself(tmp_path):
    write_order(tmp_path, Order(PanelPath((Panel(("A", "B")),), ()), 2))
    page = (tmp_path / "README.txt").read_text()
    for words in (
        "By what, the list does not say.",
        "No gene was required.",
        "Loads are not known",
    ):
        assert words in page


def test_genes_of_required_families_are_forced():
    about = {"settings": {"genes": {"required": ["prefix:A", "C"]}}}
    path = PanelPath((Panel(("A1", "B", "C")),), (), about)
    assert [gene.required for gene in Order(path, 3).genes] == [True, False, True]


NAMES = st.text(st.characters(categories=["L", "N"], include_characters='-.,"'), min_size=1)


@given(
    genes=st.lists(NAMES.filter(lambda name: name.strip("\"'") == name), min_size=1, unique=True)
)
def test_what_is_submitted_is_read_again(genes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("order")
    ids = {gene: f"ENSG{i:011}" for i, gene in enumerate(genes)}
    path = PanelPath((Panel(tuple(genes)),), ())
    write_order(folder, Order(path, len(genes), V1, ids=ids))
    again = load_panel(folder / "submission.csv")
    assert again.genes == genes
    assert again.about["ids"] == ids


@pytest.mark.parametrize("name", ["submission.csv", "panel.csv"])
def test_both_tables_can_be_ordered_once_more(name, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    path = PanelPath((Panel(("CD3E", "B2M")),), ())
    ids = {"CD3E": "ENSG00000198851", "B2M": "ENSG00000166710"}
    write_order(tmp_path / "one", Order(path, 2, V1, ids=ids))
    again = load_panel(tmp_path / "one" / name)
    write_order(tmp_path / "two", Order(again, 2, V1))
    for file in ("submission.csv", "panel.csv"):
        assert (tmp_path / "one" / file).read_text() == (tmp_path / "two" / file).read_text()
