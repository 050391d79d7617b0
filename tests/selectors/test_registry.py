"""Entries of selectors: read from the sources, and true of what the selectors do."""

import ast
import json
import shutil
import sys
from dataclasses import fields
from importlib import import_module
from unittest.mock import MagicMock

import pytest

from spinn.config.check import check
from spinn.networks.gates import GATES
from spinn.runtime import digest
from spinn.selectors import choose
from spinn.selectors.registry import (
    ENTRIES,
    EXCHANGE,
    RANKERS,
    ROOM,
    SELECTORS,
    STRATEGIES,
    Entry,
    families,
    load,
    load_ranker,
    modules_of,
    read_entries,
)
from tests.support.cells import make_adata, make_data
from tests.support.forked import forked
from tests.support.peers import install
from tests.support.scripts import SCRIPTS
from tests.support.selection import prepare, selection_jobs
from tests.support.selectors import choice
from tests.support.workflow import ROOT

SOURCES = {
    entry.name: digest.PACKAGE.joinpath(*entry.module.split(".")) for entry in ENTRIES.values()
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_that_of_the_imported_module(name, monkeypatch):
    entry = ENTRIES[name]
    if entry.kind == "package":  # its runner imports what only its own environment has
        for module in imported_by(SOURCES[name].with_suffix(".py")):
            monkeypatch.setitem(sys.modules, module, MagicMock())
    module = import_module(f"spinn.{entry.module}")
    sys.modules.pop(module.__name__) if entry.kind == "package" else None
    assert module.ENTRY["name"] == name
    assert set(module.ENTRY) <= {field.name for field in fields(Entry)} - {"module"}
    assert {key: getattr(entry, key) for key in module.ENTRY} == module.ENTRY


def imported_by(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name not in sys.modules)
        elif isinstance(node, ast.ImportFrom) and node.module not in sys.modules:
            yield node.module


def test_every_file_with_an_entry_is_a_selector():
    files = [path for path in ROOM.rglob("*.py") if "ENTRY = {" in path.read_text()]
    assert sorted(path.with_suffix("") for path in files) == sorted(SOURCES.values())
    plain = {name for name, entry in ENTRIES.items() if entry.kind != "ranker"}
    assert set(SELECTORS) == plain | {
        f"{ranker}-{strategy}{end}"
        for ranker in RANKERS
        for strategy in STRATEGIES
        for end in ("", EXCHANGE)
    }


@pytest.mark.parametrize("name", SELECTORS)
def test_every_selector_can_be_loaded_and_says_what_it_is(name):
    entry = SELECTORS[name]
    assert callable(load(name).choose)
    assert hasattr(load(name), "prepare") == (entry.needs_torch and entry.kind != "package")
    assert entry.takes
    assert len(entry.colour) == 7
    assert set(entry.uses) <= set(SELECTORS)


def test_rankers_have_a_gate_and_a_score_and_their_selectors_one_family():
    grouped = families(SELECTORS)
    for ranker, entry in RANKERS.items():
        assert entry.gate in GATES
        assert callable(load_ranker(ranker).score)
        names = [f"{ranker}-{strategy}{end}" for end in ("", EXCHANGE) for strategy in STRATEGIES]
        assert grouped[ranker] == names
        assert {SELECTORS[name].gate for name in names} == {entry.gate}
        assert [SELECTORS[name].is_default for name in names] == [True, True, False, False]


def test_families_share_a_job_where_they_can():
    grouped = families(SELECTORS)
    for name, entry in SELECTORS.items():
        if entry.kind == "ranker":
            continue
        alone = entry.needs_torch or entry.kind == "package"
        assert entry.family == (name if alone else "baselines")
        assert not alone or grouped[entry.family] == [name]
    for name in ("persist", "concrete_ae"):
        entry = SELECTORS[name]
        assert (entry.kind, entry.gate, entry.is_random) == ("peer", None, True)


def test_families_keep_the_order_and_lose_no_selector():
    wanted = ["random", "jacobian-rfe", "greedy", "bernoulli-rfe", "jacobian-ranking"]
    grouped = families(wanted)
    assert list(grouped) == ["baselines", "jacobian", "bernoulli"]
    assert grouped["baselines"] == ["random", "greedy"]
    assert sorted(name for names in grouped.values() for name in names) == sorted(wanted)
    with pytest.raises(KeyError, match="'greed' is not a selector; they are recommended, "):
        families(["greed"])


MADE_UP = '''"""Genes that vary most."""

ENTRY = {"name": "made_up", "kind": "baseline", "order": 3, "takes": "largest variance"}


def choose(cells, run): ...
'''


@pytest.fixture
def room(tmp_path):
    """A copy of the room of selectors, in which files may be written."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(ROOM, tmp_path / "selectors", ignore=ignored)


def test_a_new_selector_is_one_file(room):
    (room / "baselines" / "made_up.py").write_text(MADE_UP)
    entries = {entry.name: entry for entry in read_entries(room)}
    assert entries.keys() - ENTRIES.keys() == {"made_up"}
    new = entries["made_up"]
    assert (new.kind, new.family, new.module) == (
        "baseline", "baselines", "selectors.baselines.made_up",
    )  # fmt: skip
    order = [name for name, entry in entries.items() if entry.kind == "baseline"]
    assert order.index("made_up") == order.index("pca") - 1  # of the same order; by name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"takes"', '"take"', "unexpected keyword argument 'take'"),
        (', "takes": "largest variance"', "", "missing 1 required positional argument: 'takes'"),
        ('"largest variance"', "print", "malformed node"),
        ('"largest variance"', "3", "takes must be of type str, got 3"),
        ('"order": 3', '"uses": ["pca"]', r"uses must be of type tuple, got \['pca'\]"),
        ('"baseline"', '"line"', "made_up: kind must be one of recommended, .*, got line"),
    ],
)
def test_a_bad_entry_is_refused_in_a_line_that_names_its_file(room, old, new, message):
    (room / "baselines" / "made_up.py").write_text(MADE_UP.replace(old, new))
    line = f"^made_up.py: ENTRY: .*{message}.*; see spinn.selectors.registry$"
    with pytest.raises(ValueError, match=line):
        list(read_entries(room))


def test_an_entry_may_be_annotated_and_first_in_its_file(room):
    source = MADE_UP.removeprefix('"""Genes that vary most."""\n\n')
    (room / "baselines" / "made_up.py").write_text(source.replace("ENTRY =", "ENTRY: dict ="))
    assert "made_up" in {entry.name for entry in read_entries(room)}


@pytest.mark.parametrize(("folder", "name"), [("baselines", "choose"), ("rankers", "score")])
def test_a_selector_without_an_entry_is_refused(room, folder, name):
    (room / folder / "made_up.py").write_text(f"def {name}(cells, run): ...\n")
    with pytest.raises(ValueError, match=r"^made_up\.py: must have an ENTRY; see spinn\.selectors"):
        list(read_entries(room))


def test_two_selectors_of_one_name_are_refused(room):
    (room / "baselines" / "made_up.py").write_text(MADE_UP.replace('"made_up"', '"pca"'))
    files = r"selectors\.baselines\.(pca|made_up) and selectors\.baselines\.(pca|made_up)"
    with pytest.raises(ValueError, match=f"^names of selectors must differ, got 'pca' in {files}$"):
        list(read_entries(room))


@pytest.mark.parametrize("name", [name for name in SELECTORS if SELECTORS[name].kind != "package"])
def test_an_entry_names_every_selector_that_a_selector_runs(name, monkeypatch):
    loaded = []
    monkeypatch.setattr(choose, "load", lambda each: loaded.append(each) or load(each))
    tasks = ["reconstruction"] if name.endswith(EXCHANGE) else ["reconstruction", "classification"]
    for task in tasks:
        choice(name, make_data(), sizes=[2], task=task)
    assert set(loaded) - {name} == set(SELECTORS[name].uses)


def test_modules_are_a_selector_s_own_those_of_its_kind_and_of_what_it_uses():
    assert modules_of(["greedy"]) == ["selectors.baselines.greedy"]
    assert modules_of(["bernoulli-rfe+exchange", "bernoulli-rfe"]) == [
        "selectors.rankers.bernoulli",
        "selectors.strategies",
    ]
    assert modules_of(["cosg"]) == [
        "selectors.peers.packages",
        "selectors.peers.runners.run_cosg",
    ]
    assert set(modules_of(["greedy", "cosine"])) < set(modules_of(["recommended"]))


TINY = {
    "datasets": {"d": {"path": "", "values": "counts", "label": "type"}},
    "preprocess": {"min_cells": 1, "n_top_genes": None},
    "tasks": ["reconstruction", "classification"],
    "panel_sizes": [2],
    "seeds": [0],
    "network": {"hidden": [4]},
    "training": {"max_steps": 2, "check_every": 2, "basis": 4, "n_splits": 1, "max_doublings": 0},
    "rfe": {"max_steps": 2},
    "refit": {"max_steps": 2},
    "device": "cpu",
}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A checked config of little, over a file of small cells, and packages that only name genes."""
    folder = tmp_path_factory.mktemp("cells")
    make_adata().write_h5ad(folder / "cells.h5ad")
    packages = [name for name, entry in SELECTORS.items() if entry.kind == "package"]
    install(folder / "peers", **dict.fromkeys(packages, "few"))
    datasets = {"d": {**TINY["datasets"]["d"], "path": str(folder / "cells.h5ad")}}
    return check({**TINY, "datasets": datasets, "peers": {"folder": str(folder / "peers")}})


@pytest.mark.slow
@pytest.mark.parametrize("family", families(SELECTORS))
def test_digests_cover_all_that_choosing_imports(family, config, tmp_path):
    """What a family's job imports is a part of its rule's digest, so that an edit reruns it."""
    names = [
        name
        for name in families(SELECTORS)[family]
        if name.endswith(EXCHANGE) or SELECTORS[name].kind != "ranker"
    ]
    prepared = prepare(config, tmp_path / "prepared.h5ad", dataset="d")
    for task in config["tasks"] if SELECTORS[names[0]].uses else ["reconstruction"]:
        chosen = {**config, "selectors": names, "tasks": [task]}
        for job in selection_jobs(chosen, prepared, tmp_path, dataset="d"):
            done = forked("tests.support.scripts:write_imports", job, folder=ROOT)
            assert done.returncode == 0, done.stdout
            named = modules_of(names) if job["name"] == "select_panels.py" else []
            covered = digest.reached([*digest.imports(SCRIPTS / job["name"]), *named])
            assert set(json.loads(done.stdout.splitlines()[-1])) <= set(covered)
