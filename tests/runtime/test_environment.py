"""The guard against leaking packages, the log of a job, the versions."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from spinn.runtime import environment as runtime

ROOT = Path(__file__).parents[2]


@pytest.fixture
def deployed(tmp_path, monkeypatch):
    """A conda environment with one package of its own, and a host with another, both importable."""
    prefix, host = tmp_path / "conda" / "abc_", tmp_path / "host"
    own = prefix / "lib" / "site-packages"
    for folder, name in ((own, "inside"), (host, "outside")):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('imported')")
    (host / "bare").mkdir()  # a package without __init__
    for folder, version in ((own, "1.0"), (host, "9.9")):
        (folder / f"numpy-{version}.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: numpy\nVersion: {version}\n"
        (folder / f"numpy-{version}.dist-info" / "METADATA").write_text(text)
    (host / "Jinja2-3.dist-info").mkdir()
    (host / "Jinja2-3.dist-info" / "METADATA").write_text("Name: Jinja2\nVersion: 3\n")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "path", [str(own), str(host)])
    return prefix


def test_own_packages_pass_unimported(deployed):
    runtime.check_environment(["inside", "inside.part", "sys", "absent_altogether"])
    assert "inside" not in sys.modules


@pytest.mark.parametrize("name", ["outside", "outside.part", "bare"])
def test_packages_of_another_environment_are_refused(deployed, name):
    with pytest.raises(RuntimeError, match=rf"1 of 2 would come from elsewhere: {name} in .*host"):
        runtime.check_environment(["inside", name])


def test_a_link_to_the_environment_is_the_environment(deployed, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(deployed)
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "link"))
    with pytest.raises(RuntimeError, match="add what is missing"):
        runtime.check_environment(["outside"])
    runtime.check_environment(["inside"])


def test_other_environments_are_not_judged(deployed, tmp_path, monkeypatch):
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "another"))
    runtime.check_environment(["outside"])
    monkeypatch.delenv("CONDA_PREFIX")
    runtime.check_environment(["outside"])


def test_only_the_environment_and_spinn_itself_are_searched_afterwards(deployed, monkeypatch):
    own, host = sys.path
    monkeypatch.setattr(sys, "path", [host, str(ROOT), own])
    runtime.check_environment(["inside"])
    assert sys.path == [str(ROOT), own]


def test_elsewhere_the_search_path_stays(deployed, monkeypatch):
    monkeypatch.delenv("CONDA_PREFIX")
    before = list(sys.path)
    runtime.check_environment(["inside", "outside"])
    assert sys.path == before


def test_one_string_is_no_list():
    with pytest.raises(TypeError, match="sequence of names, got the string 'numpy'"):
        runtime.check_environment("numpy")


def test_versions_count_only_the_deployed_environment(deployed, monkeypatch):
    assert runtime.versions() == {"python": runtime.platform.python_version(), "numpy": "1.0"}
    monkeypatch.delenv("CONDA_PREFIX")
    assert runtime.versions()["jinja2"] == "3"


def test_versions_name_every_dependency_and_import_none():
    code = "import sys; from spinn.runtime import versions; versions(); print(*sys.modules)"
    loaded = _run(code).stdout.split()
    assert not {"torch", "numpy", "scanpy"} & set(loaded)
    assert list(runtime.versions()) == ["python", *runtime.DEPENDENCIES]


def test_dependencies_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [Requirement(line).name for line in project["dependencies"]]
    assert list(runtime.DEPENDENCIES) == names


def test_log_takes_everything_a_job_says(tmp_path):
    log = tmp_path / "logs" / "job.log"
    code = f"""
import logging, sys, warnings
from spinn.runtime import start_log
logging.basicConfig(level=logging.ERROR)
start_log({str(log)!r})
logging.getLogger("spinn.data").info("%d cells", 3)
logging.getLogger("spinn.data").debug("unwanted")
print("to stdout", flush=False)
warnings.warn("look here")
assert "to stdout" in open({str(log)!r}).read()
raise ValueError("the end")
"""
    done = _run(code, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    text = log.read_text()
    assert " INFO 3 cells\n" in text
    assert "unwanted" not in text
    assert "UserWarning: look here" in text
    assert text.endswith("ValueError: the end\n")


def test_log_begins_anew(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("an earlier try")
    _run(f"from spinn.runtime import start_log; start_log({str(log)!r})")
    assert log.read_text() == ""


@pytest.mark.parametrize("threads", [1, 2])
def test_numerical_libraries_take_the_threads_of_the_job(threads, tmp_path):
    log = tmp_path / "job.log"
    code = f"""
from spinn.runtime import start_log
start_log({str(log)!r}, {threads})
import numba, torch
print(torch.get_num_threads(), numba.config.NUMBA_NUM_THREADS)
"""
    _run(code)
    assert log.read_text() == f"{threads} {threads}\n"


def _run(code, *, check=True):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=check)


def test_only_one_process_holds_a_file(tmp_path):
    path = tmp_path / "deep" / "lock"
    message = "another run is at work in this folder"
    with runtime.hold(path), pytest.raises(RuntimeError, match=message):
        runtime.hold(path)
    runtime.hold(path).close()
