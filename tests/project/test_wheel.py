"""The package as users get it: from its source distribution, in a fresh environment.

`make test-wheel` runs this, once per Python of 3.11 to 3.13 that is there; every command and
example of the README that needs no checkout is run as it is printed.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.support.readme import blocks, commands, furnish
from tests.support.workflow import ROOT, uncompiled, write_config

pytestmark = [pytest.mark.slow, pytest.mark.wheel]
PYTHONS = ("python3.11", "python3.12", "python3.13")


def run(line, folder, *, programs, expected=0):
    """Run a shell line with some environment's programs first; return all that it said."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV")
    inherited = {key: value for key, value in os.environ.items() if key not in hidden}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=uncompiled(inherited)
        | {"PATH": path, "PIP_CONSTRAINT": str(ROOT / "requirements.txt")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == expected, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("source")
    programs = environment("python3", folder / "builder")
    run("pip install --quiet hatchling", folder, programs=programs)
    run(f"python -m hatchling build -t sdist -d {folder / 'dist'}", ROOT, programs=programs)
    (packed,) = (folder / "dist").iterdir()
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / packed.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module", params=PYTHONS)
def programs(request, source, tmp_path_factory):
    """The programs of a fresh environment in which the README's install command has run."""
    python = request.param
    works = shutil.which(python) and subprocess.run([python, "-c", ""], check=False).returncode == 0
    if not works:
        pytest.skip(f"no {python} on this machine")
    programs = environment(python, tmp_path_factory.mktemp(python) / "environment")
    (line,) = commands("pip")
    run(line, source, programs=programs)
    return programs


def environment(python, folder):
    subprocess.run([python, "-m", "venv", folder], check=True)
    return folder / "bin"


def test_it_is_imported_from_where_it_was_installed(programs, tmp_path):
    code = "import spinn; print(spinn.__file__)"
    place = Path(run(f"python -c '{code}'", tmp_path, programs=programs).strip()).parent
    assert place.is_relative_to(programs.parent / "lib")
    assert (place / "py.typed").is_file()
    assert (place / "workflow" / "Snakefile").is_file()
    assert (place / "platforms" / "xenium_v1.yaml").is_file()
    assert "0.1.0" in run("spinn --version", tmp_path, programs=programs)


def test_the_readme_s_commands_and_examples_as_printed(programs, tmp_path):
    furnish(tmp_path)
    select, hold_out, evaluate, workflow, platforms, order, *_ = commands("spinn")
    assert workflow.startswith("spinn run ")
    run(select, tmp_path, programs=programs)
    genes = json.loads((tmp_path / "panel.json").read_text())["panels"][0]["genes"]
    assert len(genes) == 64
    run(hold_out, tmp_path, programs=programs)
    run(evaluate, tmp_path, programs=programs)
    table = pd.read_csv(tmp_path / "quality.csv")
    assert set(table["panel"]) == {"mine", "vendor", "floor", "ceiling"}
    assert table["metric"][0] == "macro_f1"
    assert "xenium_v1" in run(platforms, tmp_path, programs=programs)
    run(order, tmp_path, programs=programs)
    submission = pd.read_csv(tmp_path / "order" / "submission.csv")
    assert submission["Gene"].tolist() == genes
    assert "write_report" in run(f"{workflow} -n", tmp_path, programs=programs)
    code = "".join(block for block in blocks("python") if "results/" not in block)
    (tmp_path / "example.py").write_text(f"{code}\nprint('same:', panel.genes)\n")
    said = run("python example.py", tmp_path, programs=programs)
    same = re.search(r"same: (.*)", said)[1]
    assert yaml.safe_load(same) == genes


def test_the_workflow_runs(programs, tmp_path):
    few = {"tasks": ["reconstruction"], "selectors": ["greedy", "random"], "panel_sizes": [4]}
    config = write_config(tmp_path / "tiny.yaml", **few)
    line = f"spinn run --configfile {shlex.quote(str(config))} --cores 1"
    run(line, tmp_path, programs=programs)
    assert (tmp_path / "results" / "report.html").stat().st_size > 10_000
    assert "Nothing to be done" in run(line, tmp_path, programs=programs)
    about = yaml.safe_load((tmp_path / "results" / "provenance.json").read_text())
    assert about["git_commit"] is None
