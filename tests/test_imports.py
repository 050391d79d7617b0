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
    ".".join(place.parts)
    for path in (ROOT / "spinn").rglob("*.py")
    if (place := path.relative_to(ROOT / "spinn").with_suffix("")).name != "__init__"
    and not place.name.startswith("run_")  # for interpreters of their own
)

# A module may import those of earlier lines and, without a circle, of its own line.
ORDER = (
    "demands.terms",
    "catalogue config.check config.derived config.messages digest runtime settings",
    "config.sections",
    "demands.limits",
    "records.costs peers.child peers.runners.exchange",
    "metrics judging.neighbors judging.clusters judging.structure panel demands.constraints "
    "preparation.split",
    "demands.rules demands.files interface.panel_files",
    "judging.cells statistics.resampling statistics.simultaneous statistics.proportions "
    "statistics.draws records.tables",
    "statistics.tiers statistics.intervals statistics.differences statistics.normalised "
    "statistics.recalls statistics.optimism",
    "data preparation.inputs preparation.preprocess preparation.thinning tasks gates "
    "numerics.noise numerics.rows numerics.adam",
    "markers",
    "peers.concrete peers.cosine peers.genebasis",
    "demands.constrained moments examples",
    "problem",
    "network",
    "training",
    "scores missed exchange",
    "selection baselines",
    "peers.concrete_panels",
    "peers.concrete_ae peers.persist",
    "peers.trained",
    "genes.replaceability genes.roles genes.spares statistics.smallest",
    "statistics.agreement stability genes.reasons demands.audit statistics.matched "
    "genes.interchange",
    "peers.external records.outcomes",
    "preparation.cell_halves",
    "statistics.frequencies",
    "judging.refit",
    "judging.detection",
    "judging.judge",
    "judging.residuals",
    "evaluation",
    "judging.robustness",
    "judging.crossfit",
    "recommended",
    "records.provenance",
    "records.documents",
    "plots",
    "reports.figures reports.tables reports.comparisons reports.frequencies",
    "report",
    # From Python, without the workflow.
    "interface.progress interface.threads interface.arguments",
    "interface.select interface.evaluate",
    "interface.files",
    "interface.command",
    "__main__",
    # What the workflow's rules call; nothing else imports these.
    "jobs.selecting",
    "jobs.prepare jobs.train jobs.baselines jobs.external",
    "jobs.collect jobs.figures jobs.groups",
    "jobs.select jobs.peers jobs.recommend jobs.evaluate jobs.report",
    "jobs.references jobs.robustness",
    "jobs.resample jobs.resample_networks",
)
LEVEL = {name: level for level, line in enumerate(ORDER) for name in line.split()}

LIGHT = {
    "catalogue",
    "config.check",
    "config.derived",
    "config.sections",
    "demands.audit",
    "demands.files",
    "digest",
    "genes.interchange",
    "genes.reasons",
    "genes.spares",
    "interface.command",
    "interface.files",
    "interface.panel_files",
    "interface.progress",
    "jobs.collect",
    "jobs.external",
    "jobs.figures",
    "jobs.groups",
    "jobs.report",
    "metrics",
    "panel",
    "peers.child",
    "peers.external",
    "peers.runners.exchange",
    "plots",
    "records.costs",
    "records.documents",
    "records.outcomes",
    "records.provenance",
    "report",
    "reports.figures",
    "runtime",
    "settings",
    "stability",
    "statistics.differences",
    "statistics.draws",
    "statistics.intervals",
    "statistics.normalised",
    "statistics.proportions",
}
HEAVY = {"torch", "scanpy", "anndata", "sklearn"}


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name):
    hint = "put it into ORDER in tests/test_imports.py, right of all that it imports"
    assert name in LEVEL, f"spinn.{name} has no place yet: {hint}"
    imported = digest.imports(name, root=ROOT / "spinn") & set(MODULES)
    wrong = sorted(other for other in imported if LEVEL.get(other, 0) > LEVEL[name])
    assert not wrong, f"spinn.{name} may not import {wrong}, which stand to its right"


def test_no_module_imports_itself_through_others():
    graph = {name: digest.imports(name, root=ROOT / "spinn") & set(MODULES) for name in MODULES}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def test_importing_the_package_imports_nothing_heavy():
    assert loaded_by("spinn", unwanted=HEAVY | {"pandas"}) == {}


def test_light_modules_import_nothing_heavy():
    names = [f"spinn.{name}" for name in MODULES if name in LIGHT]
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
