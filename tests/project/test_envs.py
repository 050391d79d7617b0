"""The lock and the conda environments that are written from it."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import spinn
from spinn.selectors.registry import SELECTORS
from tools import envs
from tools.lock import HEADER, lock, read_lock

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = read_lock((ROOT / "requirements.txt").read_text())


@pytest.mark.parametrize("path", envs.environments(), ids=lambda path: path.stem)
def test_environments_follow_the_locks(path):
    assert path.read_text() == envs.environments()[path], f"{path.name} has drifted: `make envs`"
    assert set((ROOT / "envs").rglob("*.yaml")) == set(envs.environments())


def test_the_lock_of_every_peer_meets_its_requirements():
    wanted = {path.stem: path.read_text() for path in envs.PEERS.glob("*.in")}
    assert set(wanted) == {name for name, entry in SELECTORS.items() if entry.kind == "package"}
    for peer, text in wanted.items():
        pins = read_lock((envs.PEERS / f"{peer}.txt").read_text())
        lines = [line.partition(" #")[0] for line in text.splitlines() if not line.startswith("#")]
        for requirement in map(Requirement, lines):
            pin = next(iter(Requirement(pins[canonicalize_name(requirement.name)]).specifier))
            assert requirement.specifier.contains(pin.version), f"{peer}: {pin}: `make peers-lock`"
        assert {"numpy", "scipy", "h5py"} <= set(pins)  # what the job around it reads cells with


def packages(name):
    document = yaml.safe_load((ROOT / "envs" / f"{name}.yaml").read_text())
    return {Requirement(line).name.lower() for line in document["dependencies"][-1]["pip"]}


def test_environments_hold_the_steps_and_no_tool():
    full, light = packages("spinn"), packages("spinn-light")
    assert light < full
    assert {Requirement(line).name for line in PROJECT["dependencies"]} <= full
    assert not full & {"snakemake", "pytest", "mypy", "ruff", "snakefmt", "hypothesis"}
    assert not light & {"torch", "scanpy", "anndata", "scikit-learn"}


def test_environment_names_what_the_lock_lacks():
    with pytest.raises(KeyError, match=r"leaves out \['numpy'\].*make lock"):
        envs._pinned({"numpy", "scipy"}, {"scipy": "scipy==1"})


def test_lock_holds_every_requirement_of_the_project():
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    for requirement in map(Requirement, [*PROJECT["dependencies"], *extras]):
        pin = Requirement(PINS[canonicalize_name(requirement.name)])
        version = next(iter(pin.specifier)).version
        assert requirement.specifier.contains(version), f"{pin} breaks {requirement}: `make lock`"


def test_lock_is_what_is_installed():
    for pin in map(Requirement, PINS.values()):
        installed = Version(importlib.metadata.version(pin.name)).public  # without +cpu
        assert pin.specifier.contains(installed), f"{pin} is locked, {installed} here: `make setup`"


def test_lock_is_portable_and_in_order():
    lines = (ROOT / "requirements.txt").read_text().removeprefix(HEADER).splitlines()
    assert lock("\n".join(lines)).removeprefix(HEADER).splitlines() == lines
    assert PINS["torch"] == "torch==2.13.0"


def test_lock_drops_build_labels_and_the_cuda_packages():
    freeze = "torch==2.13.0+cpu\nnvidia-nccl-cu13==2\ntriton==3\n\nattrs==26.1.0\n"
    assert lock(freeze) == HEADER + "attrs==26.1.0\ntorch==2.13.0\n"
    assert lock(freeze, "# Mine.\n") == "# Mine.\nattrs==26.1.0\ntorch==2.13.0\n"


@pytest.mark.parametrize("line", ["-e .", "attrs @ file:///somewhere/attrs.whl", "attrs>=1"])
def test_lock_refuses_what_is_no_version(line):
    with pytest.raises(ValueError, match="every line must read name==version, got"):
        lock(f"numpy==2.4.6\n{line}\n")


def test_every_file_names_the_same_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["version"] == citation["version"] == spinn.__version__
