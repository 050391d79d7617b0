"""The tiny config with `--sdm conda`: environments really deployed, from a local channel.

`make test-conda` runs it; the other suites leave this folder out. Skips where the channel cannot be
built. spinn.yaml is deployed as it is, spinn-light.yaml from the list that `make pins` writes.
"""

import json
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from spinn.runtime import environment as runtime
from tests.support.workflow import (
    UNTIL_PANELS,
    command,
    copy_project,
    environment,
    panels,
    uncompiled,
    write_config,
)
from tools.envs import PYTHON as PINNED
from tools.pins import pin

HERE = Path(__file__).parent
PYTHON = platform.python_version()
FELL_BACK = "Failed to install conda environment from pin file"
# A package that spinn uses, as other environments would have it: it must never be loaded.
FOREIGN = "raise RuntimeError('loaded from outside of the environment')\n"
PROBE = """\
include: "Snakefile"

rule probe:
    output: "probe.json"
    conda: "envs/spinn.yaml"
    script: "probe.py"
"""
PROBE_SCRIPT = """\
import json, os, sys
from spinn.runtime.environment import check_environment
check_environment(["torch", "numpy", "scanpy"])
import torch, numpy, scanpy
origins = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
about = {"prefix": sys.prefix, "modules": origins, "variables": dict(os.environ)}
open(snakemake.output[0], "w").write(json.dumps(about))
"""


@dataclass(frozen=True)
class Outcome:
    """What the run with conda and the run without it left behind."""

    folder: Path
    variables: dict
    code: int
    said: str
    ours: dict
    theirs: dict


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    place = tmp_path_factory.mktemp("conda")
    variables = conda(place)
    config = write_config(
        place / "tiny.yaml",
        tasks=["classification"],
        selectors=["bernoulli-rfe", "greedy", "random"],
        seeds=[0],
    )
    here = copy_project(place / "plain")
    plain = run(here, environment(), "--configfile", config, *UNTIL_PANELS)
    assert plain.returncode == 0, plain.stdout
    there = copy_project(place / "project")
    for name in ("spinn.yaml", "spinn-light.yaml"):  # the channel has this very interpreter
        path = there / "envs" / name
        path.write_text(path.read_text().replace(f"python={PINNED}", f"python={PYTHON}"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        pin(there / "envs" / "spinn-light.yaml")
    (there / "probe.smk").write_text(PROBE)
    (there / "probe.py").write_text(PROBE_SCRIPT)
    variables = with_strangers(variables, place)
    words = ("--sdm", "conda", "--configfile", config)
    done = run(there, variables, *words)
    if done.returncode == 0:
        done = run(there, variables, "probe.json", "-s", "probe.smk", *words, before=done.stdout)
    return Outcome(
        folder=there,
        variables=variables,
        code=done.returncode,
        said=done.stdout,
        ours=panels(here / "results"),
        theirs=panels(there / "results"),
    )


def conda(place):
    """Build a channel and the stand-in for conda; return the environment that has both."""
    if PYTHON.rpartition(".")[0] != PINNED.rpartition(".")[0]:
        pytest.skip(f"conda: the environments require Python {PINNED}, this is {PYTHON}")
    python = place / "tools" / "bin" / "python"
    channel = place / "channels" / "conda-forge"
    steps = [
        (sys.executable, "-m", "venv", place / "tools"),
        (python, *["-m", "pip", "install", "--quiet", "-r"], HERE / "requirements.txt"),
        (python, *["-m", "pip", "download", "--quiet", "--no-deps", "pip", "-d"], place),
    ]
    for words in steps:
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"conda: {done.stderr.strip()[-300:]}")
    build = [python, HERE / "channel.py", channel, *place.glob("pip-*.whl")]
    subprocess.run([*map(str, build)], check=True)
    subprocess.run(
        [str(python), str(HERE / "standin.py"), "--lay", str(place / "conda")], check=True
    )
    variables = uncompiled(environment())
    return {
        **variables,
        "PATH": f"{place / 'conda' / 'bin'}:{variables['PATH']}",
        "CONDA_CHANNEL_ALIAS": f"file://{place / 'channels'}",
    }


def with_strangers(variables, place):
    """Put packages that must not be loaded where PYTHONPATH and a user's own packages are."""
    user = place / "user" / "lib" / f"python{PYTHON.rpartition('.')[0]}" / "site-packages"
    for folder in (place / "path", user):
        for name in ("torch", "scanpy"):
            (folder / name).mkdir(parents=True)
            (folder / name / "__init__.py").write_text(FOREIGN)
    return {
        **variables,
        "PYTHONPATH": str(place / "path"),
        "PYTHONUSERBASE": str(place / "user"),
    }


def run(folder, variables, *words, before=""):
    done = subprocess.run(
        command("--cores", 2, *words),
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1200,
    )
    done.stdout = before + done.stdout
    return done


@pytest.fixture(scope="module")
def probe(outcome):
    assert outcome.code == 0, outcome.said
    return json.loads((outcome.folder / "probe.json").read_text())


def test_the_run_gives_the_panels_of_a_run_without_conda(outcome):
    assert outcome.code == 0, outcome.said
    assert len(outcome.ours) == 4  # three that are compared, one that is delivered
    assert outcome.theirs == outcome.ours
    assert (outcome.folder / "results" / "report.html").stat().st_size > 1000


def test_both_environments_were_deployed_and_no_list_was_left_unused(outcome):
    for name in ("spinn", "spinn-light"):
        assert re.search(rf"Environment for \S+/envs/{name}\.yaml created", outcome.said)
    assert "Using pinnings from" in outcome.said
    assert FELL_BACK not in outcome.said


@pytest.mark.parametrize("name", ["torch", "numpy", "scanpy"])
def test_packages_come_from_the_environment_s_own_folder(probe, outcome, name):
    prefix = Path(probe["prefix"])
    assert prefix.parent == outcome.folder / ".snakemake" / "conda"
    assert Path(probe["modules"][name]).is_relative_to(prefix / "lib")


def test_nothing_that_the_steps_need_comes_from_elsewhere(probe, outcome):
    """What is loaded is the environment's, spinn's own, or the Snakemake that starts a script."""
    document = yaml.safe_load((outcome.folder / "envs" / "spinn.yaml").read_text())
    assert len(document["dependencies"][-1]["pip"]) > 30
    allowed = (probe["prefix"], str(outcome.folder))
    strays = {
        name.partition(".")[0]: place
        for name, place in probe["modules"].items()
        if place and place.startswith("/") and not place.startswith(allowed)
    }
    assert not {name for name in strays if not name.startswith("snakemake")}, strays
    assert "PYTHONPATH" not in probe["variables"]
    assert probe["variables"]["PYTHONNOUSERSITE"] == "1"


def test_versions_on_record_are_the_environment_s(outcome):
    document = yaml.safe_load((outcome.folder / "envs" / "spinn.yaml").read_text())
    pins = dict(line.lower().split("==") for line in document["dependencies"][-1]["pip"])
    about = json.loads((outcome.folder / "results" / "provenance.json").read_text())
    assert about["versions"]["python"] == PYTHON
    for name in runtime.DEPENDENCIES:
        assert about["versions"][name].partition("+")[0] == pins[name]


def test_a_wrong_list_would_be_noticed(outcome):
    """Snakemake falls back to the yaml with a warning, which the test above checks for."""
    (listed,) = (outcome.folder / "envs").glob("spinn-light.*.pin.txt")
    good = listed.read_text()
    last = good.rstrip()[-1]
    listed.write_text(good.rstrip()[:-1] + ("0" if last != "0" else "1") + "\n")
    try:
        words = ("--sdm", "conda", "--conda-create-envs-only", "--forcerun", "group_genes")
        target = "results/tiny/split0/interchangeable.csv"
        config = outcome.folder.parent / "tiny.yaml"
        done = run(outcome.folder, outcome.variables, target, *words, "--configfile", config)
    finally:
        listed.write_text(good)
    assert FELL_BACK in done.stdout
    assert "ChecksumMismatchError" in done.stdout
