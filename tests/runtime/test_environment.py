"""The guard against packages of other environments, and the versions of dependencies."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from spinn.runtime import environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def deployed(tmp_path, monkeypatch):
    """A conda environment with one package, and a host with another, both importable."""
    prefix, host = tmp_path / "conda" / "abc_", tmp_path / "host"
    packages = prefix / "lib" / "site-packages"
    for folder, name in ((packages, "inside"), (host, "outside")):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('imported')")
    (host / "bare").mkdir()  # a package without __init__
    for folder, version in ((packages, "1.0"), (host, "9.9")):
        (folder / f"numpy-{version}.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: numpy\nVersion: {version}\n"
        (folder / f"numpy-{version}.dist-info" / "METADATA").write_text(text)
    (host / "Jinja2-3.dist-info").mkdir()
    (host / "Jinja2-3.dist-info" / "METADATA").write_text("Name: Jinja2\nVersion: 3\n")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "path", [str(packages), str(host)])
    return prefix


def test_packages_of_the_environment_pass_unimported(deployed):
    environment.check_environment(["inside", "inside.part", "sys", "absent_altogether"])
    assert "inside" not in sys.modules


@pytest.mark.parametrize("name", ["outside", "outside.part", "bare"])
def test_packages_of_another_environment_are_refused(deployed, name):
    with pytest.raises(
        RuntimeError, match=rf"1 of 2 would be imported from elsewhere: {name} in .*host"
    ):
        environment.check_environment(["inside", name])


def test_a_link_to_the_environment_is_the_environment(deployed, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(deployed)
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "link"))
    with pytest.raises(RuntimeError, match="add what is missing"):
        environment.check_environment(["outside"])
    environment.check_environment(["inside"])


def test_an_interpreter_outside_the_environment_is_not_checked(deployed, tmp_path, monkeypatch):
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "another"))
    environment.check_environment(["outside"])
    monkeypatch.delenv("CONDA_PREFIX")
    environment.check_environment(["outside"])


def test_only_the_environment_and_spinn_itself_are_searched_afterwards(deployed, monkeypatch):
    packages, host = sys.path
    monkeypatch.setattr(sys, "path", [host, str(ROOT), packages])
    environment.check_environment(["inside"])
    assert sys.path == [str(ROOT), packages]


def test_elsewhere_the_search_path_stays(deployed, monkeypatch):
    monkeypatch.delenv("CONDA_PREFIX")
    before = list(sys.path)
    environment.check_environment(["inside", "outside"])
    assert sys.path == before


def test_one_string_is_refused_as_a_list_of_names():
    with pytest.raises(TypeError, match="sequence of names, got the string 'numpy'"):
        environment.check_environment("numpy")


def test_versions_count_only_the_deployed_environment(deployed, monkeypatch):
    assert environment.versions() == {
        "python": environment.platform.python_version(),
        "numpy": "1.0",
    }
    monkeypatch.delenv("CONDA_PREFIX")
    assert environment.versions()["jinja2"] == "3"


def test_versions_name_every_dependency_and_import_none():
    code = (
        "import sys; from spinn.runtime.environment import versions as v; v(); print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {"torch", "numpy", "scanpy"} & set(loaded)
    assert list(environment.versions()) == ["python", *environment.DEPENDENCIES]


def test_dependencies_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [Requirement(line).name for line in project["dependencies"]]
    assert list(environment.DEPENDENCIES) == names
