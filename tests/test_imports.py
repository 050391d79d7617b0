"""Imports point one way, and what is light stays light."""

import graphlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from spinn import digest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.stem
    for path in (ROOT / "spinn").iterdir()
    if path.suffix == ".py" or (path / "__init__.py").is_file()
)

# A module may import those of earlier lines and, without a circle, of its own line.
ORDER = (
    ("gene_terms",),
    ("catalogue", "config", "derived", "config_messages", "digest", "runtime", "settings"),
    ("sections",),
    ("limits",),
    ("costs", "child", "runners"),
    ("metrics", "neighbors", "clusters", "structure", "panel", "constraints", "split"),
    ("gene_rules", "gene_files", "panel_files"),
    ("cells", "resampling", "simultaneous", "proportions", "draws", "tables"),
    ("tiers", "intervals", "differences", "normalised", "recalls", "optimism"),
    ("data", "inputs", "preprocess", "thinning", "tasks", "gates", "noise", "rows", "adam"),
    ("concrete", "genebasis", "markers"),
    ("constrained", "moments", "problem"),
    ("network",),
    ("training",),
    ("scores", "exchange"),
    ("selection", "baselines"),
    ("concrete_panels",),
    ("concrete_ae", "persist"),
    ("peers",),
    ("replaceability", "roles", "spares", "smallest"),
    ("agreement", "stability", "reasons", "audit", "matched", "interchange"),
    ("external", "outcomes"),
    ("halves",),
    ("frequencies",),
    ("refit",),
    ("detection",),
    ("evaluation",),
    ("robustness",),
    ("crossfit",),
    ("recommended",),
    ("provenance",),
    ("documents",),
    ("plots",),
    ("figures", "report_tables", "report_comparisons", "report_frequencies"),
    ("report",),
    # From Python, without the workflow.
    ("progress", "threads", "arguments"),
    ("api", "judging"),
    ("command_files",),
    ("command",),
    ("__main__",),
    # What the workflow's rules call; nothing else imports these.
    ("jobs_prepare", "jobs_train", "jobs_baselines", "jobs_external"),
    ("jobs_collect", "jobs_figures", "jobs_groups"),
    ("jobs_select", "jobs_peers", "jobs_recommend", "jobs_evaluate", "jobs_report"),
    ("jobs_references", "jobs_robustness"),
    ("jobs_resample", "jobs_resample_networks"),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
INNER = [name for name in MODULES if name != "__init__"]

LIGHT = {
    *("audit", "gene_files", "spares", "proportions", "draws", "differences", "normalised"),
    *("catalogue", "config", "derived", "digest", "metrics", "panel", "intervals", "stability"),
    "interchange",
    *("costs", "child", "outcomes", "runners", "external", "jobs_external"),
    *("plots", "figures", "report", "provenance", "runtime", "settings", "reasons"),
    *("sections", "documents", "panel_files", "progress", "command_files", "command"),
    *("jobs_collect", "jobs_figures", "jobs_groups", "jobs_report"),
}
HEAVY = {"torch", "scanpy", "anndata", "sklearn"}


@pytest.mark.parametrize("name", INNER)
def test_imports_point_one_way(name):
    hint = "put it into ORDER in tests/test_imports.py, right of all that it imports"
    assert name in LEVEL, f"spinn.{name} has no place yet: {hint}"
    imported = digest.imports(name, root=ROOT / "spinn") - {"__init__"}
    wrong = sorted(other for other in imported if LEVEL.get(other, 0) > LEVEL[name])
    assert not wrong, f"spinn.{name} may not import {wrong}, which stand to its right"


def test_no_module_imports_itself_through_others():
    graph = {name: digest.imports(name, root=ROOT / "spinn") - {"__init__"} for name in INNER}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def test_importing_the_package_imports_nothing_heavy():
    assert loaded_by("spinn", unwanted=HEAVY | {"pandas"}) == {}


def test_light_modules_import_nothing_heavy():
    names = [f"spinn.{name}" for name in INNER if name in LIGHT]
    assert loaded_by(*names, unwanted=HEAVY) == {}


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
