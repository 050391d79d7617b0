"""Running the workflow as a user does, on a copy of the project."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.forked import forked

ROOT = Path(__file__).parents[2]
TINY = ROOT / "config" / "tests" / "tiny.yaml"
# Stops a run at the panels, those of selectors that are compared and of the one that is delivered.
UNTIL_PANELS = ("--until", "select_bernoulli", "select_baselines", "deliver_bernoulli")
PARTS = ("Snakefile", "rules", "scripts", "spinn", "config", "envs", "examples", "profiles")


def copy_project(folder):
    """Copy what the workflow needs, so that a test may edit it."""
    folder.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    return folder


def command(*words):
    return [sys.executable, "-m", "snakemake", *map(str, words)]


def environment():
    """Return this process's environment, with the interpreter's own programs found first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}


def uncompiled(variables):
    """Return variables of an environment in which pip leaves compiling to who imports a module.

    Most modules of a throw-away environment are never imported, and pip compiles them all.
    """
    kept = {name: text for name, text in variables.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PIP_COMPILE": "0"}


def snakemake(folder, *words):
    """Run Snakemake in a folder; return the finished process, both streams as one text."""
    return subprocess.run(
        command(*words),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )


def plan(folder, *words):
    """Plan a run as `snakemake` does with `-n`, sooner; return the same."""
    words = ["-n", *map(str, words)]
    return forked("snakemake.cli:main", words, folder=folder, environment=environment())


def planned(folder, *words):
    """Return the rules that a dry run would start, with their numbers of jobs."""
    done = plan(folder, *words)
    assert done.returncode == 0, done.stdout
    if "Nothing to be done" in done.stdout:
        return {}
    table = done.stdout[done.stdout.rindex("Job stats:") :]
    rows = re.findall(r"^(\w+) +(\d+)$", table, flags=re.MULTILINE)
    return {name: int(count) for name, count in rows if name not in ("total", "all")}


def write_config(path, **changes):
    """Write the tiny config with some keys changed; return its path."""
    config = yaml.safe_load(TINY.read_text())
    for key, value in changes.items():
        old = config.get(key)
        both = isinstance(old, dict) and isinstance(value, dict) and key != "datasets"
        config[key] = {**old, **value} if both else value
    path.write_text(yaml.safe_dump(config))
    return path


def panels(results):
    """Return every panels.json below a folder by its relative path, without `made_by`."""
    documents = {}
    for path in sorted(Path(results).rglob("panels.json")):
        document = json.loads(path.read_text())
        document.pop("made_by")
        documents[path.relative_to(results).as_posix()] = document
    return documents
