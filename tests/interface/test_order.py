"""`spinn order` and `spinn platforms`: folders that are whole, and errors in one line."""

import csv
import gzip

import pytest
from click.testing import CliRunner

from spinn.interface import command
from spinn.interface.files import atomic_folder
from spinn.interface.order import Cells, order_panel
from tests.support.cells import make_adata
from tests.support.orders import explained_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    explained_path().save(tmp_path / "panel.json")
    explained_path().save(tmp_path / "panel.csv")
    (tmp_path / "list.txt").write_text("CD3E\nB2M\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(line):
    return CliRunner().invoke(command.main, line.split())


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_platforms_are_listed():
    done = call("platforms")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        *("name", "merscope", "xenium_prime", "xenium_v1")
    ]


def test_an_order_is_written(folder):
    done = call("order panel.json --platform xenium_v1 --size 3 -o order")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == (
        "wrote order: read README.txt there first\n"
        "not met: genes.advised_against, submission.columns; see checks.csv there\n"
    )
    names = {path.name for path in (folder / "order").iterdir()}
    assert names == {"README.txt", "checks.csv", "panel.csv", "submission.csv"}
    page = (folder / "order" / "README.txt").read_text()
    assert "spinn order panel.json --platform=xenium_v1 --size=3 -o order" in page


@pytest.mark.parametrize("panel", ["panel.json", "panel.csv", "list.txt"])
def test_any_panel_can_be_ordered(folder, panel):
    assert call(f"order {panel} -o order").exit_code == 0
    symbols = [row["symbol"] for row in table(folder / "order" / "panel.csv")]
    assert symbols == (["CD3E", "B2M"] if panel == "list.txt" else ["CD3E", "", "B2M"])


def test_a_vendor_s_list_gives_ids_and_says_what_can_be_made(folder):
    (folder / "available.csv").write_text(
        "Species,Ensembl ID,Gene symbol\n"
        "Human,ENSG00000198851,CD3E\nHuman,ENSG00000156738,MS4A1\n"
        "Human,ENSG00000000001,B2M\nHuman,ENSG00000000002,B2M\n"
    )
    call("order panel.json --platform xenium_v1 --available available.csv -o order")
    ids = [row["Ensembl ID"] for row in table(folder / "order" / "submission.csv")]
    assert ids == ["ENSG00000198851", "ENSG00000156738", ""]  # which B2M is not known
    lines = {line["rule"]: line for line in table(folder / "order" / "checks.csv")}
    assert (lines["genes.available"]["value"], lines["genes.available"]["met"]) == ("3 of 3", "yes")


def test_cells_go_with_an_order(folder):
    adata = make_adata(20, 6)
    adata.var_names = ["CD3E", "B2M", *adata.var_names[2:]]
    adata.var["gene_ids"] = [f"ENSG{i:011}" for i in range(6)]
    adata.write_h5ad(folder / "cells.h5ad")
    line = "order list.txt --platform xenium_v1 --bundle cells.h5ad --label type -o"
    assert call(f"{line} order --gene-id gene_ids").exit_code == 0
    ids = [row["Ensembl ID"] for row in table(folder / "order" / "submission.csv")]
    assert ids == ["ENSG00000000000", "ENSG00000000001"]
    place = folder / "order" / "reference"
    features = gzip.decompress((place / "features.tsv.gz").read_bytes()).decode().splitlines()
    assert features[0] == "ENSG00000000000\tCD3E\tGene Expression"
    types = [row["annotation"] for row in table(place / "annotation.csv")]
    assert types == adata.obs["type"].tolist()
    lines = {line["rule"]: line for line in table(folder / "order" / "checks.csv")}
    assert lines["reference.max_gb"]["met"] == "yes"
    for more, message in (
        ("", "the reference needs cell types: name an obs column with --label"),
        (
            "--label type --gene-id ids",
            "gene_id: 'ids' is not a column of var; those there: gene_ids",
        ),
        ("--label kind", "label: 'kind' is not a column of obs"),
    ):
        done = call(f"order list.txt --bundle cells.h5ad -o other {more}")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert message in done.stderr
    assert not (folder / "other").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("panel.json -o order --platform xenium", "did you mean 'xenium_v1'?"),
        ("panel.json -o order --size 9", "no panel of 9 genes; sizes: 3, 2"),
        ("panel.json -o full", "full: holds files; name a new folder, or empty this one first"),
        ("panel.json -o list.txt", "list.txt: is a file; name a new folder"),
        ("panel.json -o there/order", "there/order: no folder there to write to; make it first"),
        ("panel.json -o order --label type", "--label is for the cells of --bundle; name it"),
        ("panel.json -o order --available list.txt", "list.txt: must have a column gene, got CD3E"),
        ("panel.json -o order --platform ours.yaml", "platform: no such file: ours.yaml"),
    ],
)
def test_errors_are_shown_in_one_line_and_leave_nothing(folder, line, message):
    (folder / "full").mkdir()
    (folder / "full" / "old.txt").write_text("old")
    before = sorted(path.name for path in folder.iterdir())
    done = call(f"order {line}")
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_is_whole_or_not_there(tmp_path):
    def broken(draft):
        (draft / "half.csv").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        atomic_folder(tmp_path / "order", broken)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "order").mkdir()  # an empty one is filled
    assert atomic_folder(tmp_path / "order", lambda draft: draft.name) == "order"


def test_the_folder_is_as_open_as_any_other(folder):
    order_panel("list.txt", "order")
    (folder / "plain").mkdir()
    assert (folder / "order").stat().st_mode == (folder / "plain").stat().st_mode


def test_lognorm_cells_are_refused(folder):
    adata = make_adata(20, 6)
    adata.X = adata.X.log1p()
    adata.write_h5ad(folder / "cells.h5ad")
    with pytest.raises(ValueError, match="the reference must hold whole counts"):
        order_panel("list.txt", "order", cells=Cells("cells.h5ad", label="type"))
