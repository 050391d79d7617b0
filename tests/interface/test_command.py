"""The command line: thin, quick to answer, and clear about what is wrong."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

import spinn
from spinn.interface import command
from spinn.interface.files import (
    atomic_write,
    check_writable,
    listed_terms,
    named_panels,
    read_config,
)
from tests.support.cells import make_adata
from tests.support.workflow import ROOT

CONFIG = {
    "preprocess": {"min_cells": 1},
    "network": {"hidden": [8]},
    "training": {"max_steps": 10, "check_every": 5, "basis": 6, "n_splits": 1},
    "refit": {"max_steps": 10},
    "evaluation": {"floor_panels": 2, "bootstrap": 40, "test_splits": 1},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    make_adata(80, 12).write_h5ad(tmp_path / "cells.h5ad")
    (tmp_path / "quick.yaml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "listed.yaml").write_text("genes: [g01]")
    (tmp_path / "genes.txt").write_text("g01\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(line):
    return CliRunner().invoke(command.main, line.split())


HELP = ("--help", "select --help", "evaluate -h", "run --help", "order --help", "platforms -h")


@pytest.mark.parametrize("words", HELP)
def test_help_loads_nothing_heavy(words):
    code = f"""
import sys
sys.argv = ["spinn", *{words.split()!r}]
from spinn.interface.command import main
try:
    main()
finally:
    heavy = ("torch", "scanpy", "anndata", "pandas", "numpy", "scipy", "yaml")
    print("heavy:", [name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Usage: spinn" in done.stdout
    assert "heavy: []" in done.stdout


def test_a_panel_is_written_read_and_judged(folder):
    whole = "select cells.h5ad -g 3 -g 4 --selector greedy --label type --config quick.yaml"
    line = f"{whole} --hold-out"
    chosen = call(f"{line} -o panel.json")
    assert (chosen.exit_code, chosen.stdout) == (0, "")
    said = "wrote panel.json: 4, 3 genes (greedy, classification, some cells held out)\n"
    assert chosen.stderr == said
    assert call(f"{line} -o panel.csv").exit_code == 0
    direct = spinn.select_genes(
        *(make_adata(80, 12), [3, 4]),
        selector="greedy",
        label="type",
        hold_out=True,
        config=CONFIG,
    )
    assert spinn.load_panel("panel.json").panels == direct.panels
    assert spinn.load_panel("panel.csv").panels == direct.panels
    (folder / "vendor.txt").write_text("g03\ng01\n")
    judged = call(
        "evaluate cells.h5ad mine=panel.json vendor.txt --label type --seed 1 --config quick.yaml"
        " -o table.csv"
    )
    assert judged.exit_code == 0, judged.output
    assert judged.stderr == "wrote table.csv: 2 lists, floor and ceiling\n"
    table = pd.read_csv("table.csv")
    assert set(table["panel"]) == {"mine", "vendor", "floor", "ceiling"}
    (folder / "partly.txt").write_text("g03\nnix\n")
    more = "evaluate cells.h5ad partly.txt --seed 1 --config quick.yaml"
    assert "\npartly,2,1,fvu_split,all," in call(more).stdout
    refused = call(f"{more} --missing error")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "1 of 2 genes of 'partly' absent from the data: nix" in refused.stderr
    (folder / "partly.txt").unlink()
    assert call(f"{whole} -o panel.json").stderr.endswith(
        "(greedy, classification, from all cells)\n"
    )
    refused = call("evaluate cells.h5ad panel.json --label type --config quick.yaml")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "'panel': chosen from all cells, so that none is left to judge by" in refused.stderr
    listed = call(f"{line} --required vendor.txt --required g07")
    assert [row.split(",")[0] for row in listed.stdout.splitlines()[1:4]] == ["g03", "g01", "g07"]
    shown = call(f"{line} --required g07")
    header, first = shown.stdout.splitlines()[:2]
    assert header.startswith("gene,rank,size,why,")
    assert first.startswith("g07,1,4,")
    written = {"panel.json", "panel.csv", "table.csv"}
    given = {"cells.h5ad", "quick.yaml", "listed.yaml", "genes.txt", "vendor.txt"}
    assert {path.name for path in folder.iterdir()} == given | written


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("select nix.h5ad", "'nix.h5ad' does not exist"),
        ("select cells.h5ad --selector greddy", "'greddy' is not one of"),
        ("select cells.h5ad --label kind -g 3", "label: 'kind' is not a column of obs"),
        ("select cells.h5ad --gene-id ids -g 3", "gene_id: 'ids' is not a column of var"),
        ("evaluate cells.h5ad genes.txt --gene-symbol s", "gene_symbol: 's' is not a column of"),
        ("select cells.h5ad -g 99999", "n_genes: must be at most"),
        ("select cells.h5ad -o panel.txt", "panel.txt: the output must end in .csv or .json"),
        ("select cells.h5ad -o there/panel.csv", "no folder there to write to; make it first"),
        ("select cells.h5ad --config cells.h5ad", "cells.h5ad: is not valid YAML"),
        ("select cells.h5ad -o cells.h5ad/panel.csv", "no folder cells.h5ad to write to"),
        ("select cells.h5ad --config listed.yaml", "config: genes must hold keys and values"),
        ("select cells.h5ad --required nix.txt", "no such file of genes: nix.txt"),
        ("evaluate cells.h5ad", "Missing argument"),
        ("evaluate cells.h5ad listed.yaml --missing skip", "'skip' is not one of"),
        ("evaluate cells.h5ad nix.txt", "nix.txt"),
        ("evaluate cells.h5ad quick.yaml a/quick.yaml", "two lists are called 'quick'"),
    ],
)
def test_errors_are_shown_in_one_line(folder, line, message):
    done = call(line)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    if "Usage:" not in done.stderr:  # of options, where click adds how they are used
        assert done.stderr.count("\n") == 1
    assert not list(folder.glob("*.csv"))


def test_files_are_whole_or_not_there(tmp_path):
    def broken(path):
        path.write_text("half")
        raise OSError("disk full")

    (tmp_path / "old.csv").write_text("old")
    with pytest.raises(OSError, match="disk full"):
        atomic_write(str(tmp_path / "old.csv"), broken)
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "old"
    check_writable(str(tmp_path / "old.csv"), [".csv"])


def test_a_config_must_hold_keys_and_values(tmp_path):
    assert read_config(None) is None
    (tmp_path / "list.yaml").write_text("- a")
    with pytest.raises(ValueError, match="must hold keys and values, got list"):
        read_config(str(tmp_path / "list.yaml"))
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(ValueError, match=r"broken\.yaml: is not valid YAML"):
        read_config(str(tmp_path / "broken.yaml"))


def test_genes_are_given_one_by_one_or_in_files(tmp_path):
    (tmp_path / "a.txt").write_text("g1\nprefix:MT-\n")
    (tmp_path / "b.csv").write_text("gene,note\ng2,x\ng1,y\n")
    words = ["g0", f"{tmp_path}/a.txt", f"{tmp_path}/b.csv"]
    assert listed_terms(words) == ["g0", "g1", "prefix:MT-", "g2"]


def test_lists_are_named_by_the_user_or_after_their_file(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name)
    paths = named_panels([f"mine={tmp_path}/a.txt", f"{tmp_path}/b.txt"])
    assert {name: path.genes for name, path in paths.items()} == {"mine": ["a"], "b": ["b"]}


def test_run_says_what_to_install(monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    done = call("run")
    assert done.exit_code == 2
    assert "pip install 'spinn-panels[workflow]'" in done.stderr


def test_the_stub_names_what_the_package_does():
    stub = (Path(spinn.__file__).parent / "__init__.pyi").read_text()
    named = {line.rpartition(" as ")[2] for line in stub.splitlines() if " as " in line}
    assert named | {"__version__"} == set(spinn.__all__)
    for name in spinn.__all__:
        assert getattr(spinn, name) is not None
