"""Imports run one way between rooms, and what is light stays light."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spinn"
# A room imports itself and rooms to its left; a file next to the rooms is a room of its own.
ROOMS = (
    *(
        "arrays",
        "names",
        "runtime",
        "settings",
        "panel_views",
        "panel",
        "gene_lists",
        "panel_files",
        "data",
    ),
    *("platforms", "profiles"),
    *("constraints", "preparation", "metrics", "networks", "records", "statistics"),
    *("evaluation", "selectors", "stability", "explanation", "config", "report", "interface"),
    "__main__",
)


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
IMPORT = re.compile(r"^\s*(?:from|import) spinn\.(\w+)", re.MULTILINE)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way_between_rooms(path):
    allowed = ROOMS[: ROOMS.index(room_of(path)) + 1]
    wrong = sorted(set(IMPORT.findall(path.read_text(encoding="utf-8"))) - set(allowed))
    assert not wrong, f"{room_of(path)} may not import {wrong}: they stand to its right in ROOMS"


def test_every_room_says_in_one_line_what_enters_and_what_leaves():
    for folder in {path.parent for path in SOURCES} - {PACKAGE}:
        line = (folder / "__init__.py").read_text(encoding="utf-8").splitlines()[0]
        if folder.name != "runners":
            assert re.fullmatch(r'""".+ in, .+ out\."""', line) or "read and written" in line
    assert {room_of(path) for path in SOURCES} == set(ROOMS)


HEAVY = {"torch", "scanpy", "anndata", "sklearn"}
# What the rules and the jobs without a network import.
LIGHT = (
    *("config.check", "config.sections", "interface.command", "interface.files"),
    *("interface.order", "platforms.reader", "records.order"),
    *("runtime.digest", "runtime.jobs", "selectors.registry", "selectors.choose"),
    *("constraints.audit", "explanation.coverage", "explanation.reasons"),
    *("explanation.substitutes", "profiles.loads", "profiles.markers", "statistics.auroc"),
    *("records.cells", "records.provenance", "records.tables", "report.figures", "report.page"),
    *("stability.frequencies", "stability.interchangeable", "statistics.outcomes"),
)


def test_importing_the_package_imports_nothing_heavy():
    assert loaded_by("spinn", unwanted=HEAVY | {"pandas"}) == {}


def test_light_modules_import_nothing_heavy():
    assert loaded_by(*(f"spinn.{name}" for name in LIGHT), unwanted=HEAVY) == {}


# What jobs with a network import: pandas and anndata would cost each of them seconds.
WITH_NETWORKS = (
    *("data", "networks.training", "records.rows", "records.cells", "records.networks"),
    *("records.documents", "evaluation.judge", "evaluation.evaluate", "evaluation.robustness"),
    *("evaluation.references", "selectors.choose", "selectors.strategies"),
)


def test_modules_with_networks_leave_tables_alone():
    unwanted = {"pandas", "scanpy", "anndata"}
    assert loaded_by(*(f"spinn.{name}" for name in WITH_NETWORKS), unwanted=unwanted) == {}


def loaded_by(*modules, unwanted):
    """Return which unwanted packages each module is the first to load, in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, json.dumps([sorted(unwanted), modules])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WATCH = """
import importlib, json, sys
unwanted, modules = json.loads(sys.argv[1])
blame = {}
for name in modules:
    before = set(sys.modules)
    importlib.import_module(name)
    if new := sorted(set(unwanted) & (set(sys.modules) - before)):
        blame[name] = new
print(json.dumps(blame))
"""
