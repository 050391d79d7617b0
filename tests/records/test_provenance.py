"""The commit of a checkout, and JSON with sorted keys."""

import subprocess

from spinn.records.provenance import git_commit, write_json


def git(folder, *words):
    name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


def test_a_changed_checkout_is_marked(tmp_path):
    assert git_commit(tmp_path) is None
    git(tmp_path, "init")
    (tmp_path / "Snakefile").write_text("")
    git(tmp_path, "add", "Snakefile")
    git(tmp_path, "commit", "-m", "first")
    clean = git_commit(tmp_path)
    assert len(clean) == 40
    (tmp_path / "Snakefile").write_text("# changed")
    assert git_commit(tmp_path) == f"{clean}+"


def test_a_folder_inside_another_checkout_is_outside_git(tmp_path):
    git(tmp_path, "init")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "Snakefile").write_text("")
    assert git_commit(inner) is None


def test_json_has_sorted_keys_and_plain_letters(tmp_path):
    write_json({"b": "é", "a": 1}, str(tmp_path / "x.json"))
    assert (tmp_path / "x.json").read_text("utf-8") == '{\n "a": 1,\n "b": "é"\n}\n'
