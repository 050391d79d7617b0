"""Comparing two results folders: what counts as equal, and what is named as different."""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from tools.compare import compare, main


def results(folder, *, table="gene,why\nCD3D,x\n", settings=None, array=(1, 2), seconds=1.0):
    """A folder with one file of each kind."""
    folder.mkdir()
    (folder / "audit.csv").write_text(table, encoding="utf-8")
    (folder / "costs.csv").write_text(f"selector,seconds\ngreedy,{seconds}\n", encoding="utf-8")
    (folder / "figure.svg").write_text("<svg/>", encoding="utf-8")
    np.savez(folder / "cells.npz", errors=np.array(array))
    about = {"genes": ["CD3D"], "hidden": settings or {}, "cost": {"seconds": seconds}}
    weights = {"weight": np.ones(2, np.float32)}
    save_file(weights, folder / "seed0.safetensors", metadata={"spinn": json.dumps(about)})
    document = {"settings": settings or {}, "made_by": {"seconds": seconds}}
    (folder / "panels.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_folders_that_differ_in_costs_are_equal(tmp_path):
    assert compare(results(tmp_path / "a"), results(tmp_path / "b", seconds=2.0)) == []


@pytest.mark.parametrize(
    ("changes", "different"),
    [
        ({"table": "gene,why\nCD3E,x\n"}, ["audit.csv"]),
        ({"table": "name,why\nCD3D,x\n"}, ["audit.csv"]),
        ({"table": "why,gene\nx,CD3D\n"}, ["audit.csv"]),
        ({"array": [[1, 2]]}, ["cells.npz"]),
        ({"settings": {"n": 1}}, ["panels.json", "seed0.safetensors"]),
    ],
    ids=["value", "name", "order", "shape", "settings"],
)
def test_files_with_other_contents_are_named(tmp_path, changes, different):
    assert compare(results(tmp_path / "a"), results(tmp_path / "b", **changes)) == different


@pytest.mark.parametrize("lacking", ["a", "b"])
def test_a_file_of_one_side_is_named(tmp_path, lacking):
    before, after = results(tmp_path / "a"), results(tmp_path / "b")
    (tmp_path / lacking / "figure.svg").unlink()
    assert compare(before, after) == ["figure.svg"]


def test_columns_are_left_out_and_names_may_change(tmp_path, monkeypatch, capsys):
    before = results(tmp_path / "a", table="came,why\n1,x\n")
    after = results(tmp_path / "b", table="got,why\n1,y\n")
    documents = {before: {"mended": {}}, after: {"repairs": {}}}
    for folder, settings in documents.items():
        (folder / "panels.json").write_text(json.dumps({"settings": settings}), encoding="utf-8")
    assert compare(before, after) == ["audit.csv", "panels.json"]
    assert compare(before, after, renamed={"came": "got", "mended": "repairs"}) == ["audit.csv"]
    words = [str(before), str(after), "--without", "why", "--renamed", "came=got", "mended=repairs"]
    monkeypatch.setattr(sys, "argv", ["compare", *words])
    with pytest.raises(SystemExit, match="False"):
        main()
    assert capsys.readouterr().out == "6 files equal\n"
