"""What can be checked of the cluster without one: what rules request, what the profiles say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.slurm.cluster import CannotRunError, install
from tests.support.workflow import ROOT, write_config
from tools import pins

EVERYTHING = {
    "selectors": ["recommended", "jacobian-ranking", "greedy", "persist", "cosg"],
    "evaluation": {"resamples": 2, "robustness": [1, 0.25]},
    "split": {"compare_donors": True},
}
LOCAL = {
    "all",
    "collect_frequencies",
    "collect_robustness",
    "collect_stability",
    "collect_tradeoff",
    "plot_figures",
    "plot_optimism",
    "order",
    "write_provenance",
    "write_report",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """What every rule requests: see tests/support/requests.py."""
    folder = tmp_path_factory.mktemp("requests")
    cells = folder / "cells.h5ad"
    cells.touch()  # no rule is run
    about = {"path": str(cells), "values": "counts", "label": "type", "donor": "donor"}
    config = write_config(folder / "config.yaml", datasets={"tiny": about}, **EVERYTHING)
    words = [sys.executable, "-m", "tests.support.requests", config]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_rule_is_checked(rules):
    text = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    assert set(re.findall(r"^ *rule (\w+):", text, re.MULTILINE)) <= set(rules)
    assert {"select_jacobian", "select_persist", "select_cosg", "evaluate_cosg"} <= set(rules)


def test_small_rules_run_where_snakemake_does(rules):
    assert {name for name, about in rules.items() if about["is_local"]} == LOCAL


@pytest.mark.parametrize("resource", ["mem_mb", "runtime"])
def test_every_rule_requests_more_with_its_input_and_with_each_attempt(rules, resource):
    for name, about in rules.items():
        if name != "all":
            small, large, second, third_large = about[resource]
            assert 20 <= small < large, name
            assert (second, third_large) == (2 * small, 3 * large), name
            assert isinstance(small, int), name


def test_memory_covers_what_was_measured(rules):
    """830 MB for panels of 2,400 cells and 1,600 genes, 2.5 MB on disk, is the most seen."""
    assert all(rules[name]["mem_mb"][0] >= 1000 for name in rules if name != "all")
    assert rules["select_recommended"]["mem_mb"][0] >= 2 * 830


def test_a_peer_s_job_outlasts_its_allowance(rules):
    config = yaml.safe_load((ROOT / "config" / "schema.yaml").read_text())["properties"]["peers"]
    allowed = {name: about["default"] for name, about in config["properties"].items()}
    runs = 2 * 2  # seeds, tasks
    assert rules["select_cosg"]["runtime"][0] * 60 > runs * allowed["time_limit_s"]
    assert rules["select_cosg"]["mem_mb"][0] > 1024 * allowed["memory_gb"]


def test_retries_stand_in_no_rule(rules):
    assert {about["retries"] for about in rules.values()} == {None}
    for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]:
        assert "retries:" not in path.read_text()


def options():
    """The long options of Snakemake and of its SLURM executor."""
    words = [sys.executable, "-m", "snakemake", "--help"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"--([a-z][a-z0-9-]+)", text))


def profile(name):
    return yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())


def test_snakemake_knows_every_key_of_the_profiles():
    known = options()
    for path in (ROOT / "profiles").glob("*/config.yaml"):
        keys = yaml.safe_load(path.read_text())
        assert set(keys) <= known, path


def test_the_slurm_profile_tries_again_and_leaves_no_lock():
    slurm, default = profile("slurm"), profile("default")
    assert slurm["executor"] == "slurm"
    assert slurm["retries"] >= 1
    for key in ("keep-going", "rerun-incomplete", "show-failed-logs", "nolock", "slurm-no-requeue"):
        assert slurm[key] is True, key
    assert slurm["slurm-status-command"] == "squeue"  # sacct's "CANCELLED by 0" is not understood
    assert default["nolock"]
    assert set(slurm["default-resources"]) == {"mem_mb", "runtime"}


@pytest.fixture
def conda(tmp_path, monkeypatch):
    """A conda that answers as the real one and keeps the file that it is to create from."""
    program = tmp_path / "bin" / "conda"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        'info*) echo \'{"platform": "linux-64"}\';;\n'
        f'env*) cp "$5" {tmp_path}/requested.yaml;;\n'
        "list*) printf '@EXPLICIT\\nfile:///x/python-3.11.7-0.conda#00\\n';;\n"
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def test_pins_hold_what_is_conda_s_and_a_script_installs_the_rest(conda, tmp_path):
    environment = tmp_path / "spinn-light.yaml"
    environment.write_text((ROOT / "envs" / "spinn-light.yaml").read_text())
    explicit, after = pins.pin(environment)
    requested = yaml.safe_load((tmp_path / "requested.yaml").read_text())
    assert requested["dependencies"] == ["python=3.11.7", "pip"]
    assert explicit.name == "spinn-light.linux-64.pin.txt"
    assert explicit.read_text().startswith("@EXPLICIT\nfile:///x/python")
    assert after.name == "spinn-light.post-deploy.sh"
    lines = yaml.safe_load(environment.read_text())["dependencies"][-1]["pip"]
    assert set(lines) <= set(after.read_text().replace("\\\n", "").split())
    assert subprocess.run(["sh", "-n", after], check=False).returncode == 0


def test_pins_say_what_is_missing(conda, tmp_path, monkeypatch):
    environment = ROOT / "envs" / "spinn-light.yaml"
    conda.write_text("#!/bin/sh\necho 'CondaHTTPError: no such host' >&2\nexit 1\n")
    with pytest.raises(RuntimeError, match=r"channels reachable\? CondaHTTPError: no such host"):
        pins.pin(environment)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="must be a conda on the PATH"):
        pins.pin(environment)


def test_committed_pins_follow_the_environments():
    """None is committed until a machine with conda's channels has made them."""
    for path in (ROOT / "envs").glob("*.post-deploy.sh"):
        name = path.name.replace(".post-deploy.sh", ".yaml")
        lines = yaml.safe_load((ROOT / "envs" / name).read_text())["dependencies"][-1]["pip"]
        assert path.read_text() == pins.post_deploy(name, lines), "`make pins`"


@pytest.mark.parametrize("name", ["Containerfile", "spinn.def"])
def test_containers_are_made_from_the_lock(name):
    text = (ROOT / "containers" / name).read_text()
    assert "requirements.txt" in text
    assert "not built here" in text.partition("\n")[0].lower()
    pinned = (ROOT / "envs" / "spinn.yaml").read_text()
    assert re.search(r"python:([\d.]+)-", text)[1] == re.search(r"python=([\d.]+)", pinned)[1]


def test_the_cluster_page_says_of_every_snippet_whether_it_was_tried():
    text = (ROOT / "docs" / "cluster.md").read_text()
    parts = re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]
    snippets = [part for part in parts if re.search(r"^executor:", part, re.MULTILINE)]
    assert len(snippets) == 4
    for part in (*snippets, *(part for part in parts if part.startswith("SLURM"))):
        assert re.search(r"\*\*(not )?tested\b", part, re.IGNORECASE), part.partition("\n")[0]


def test_without_root_or_packages_the_cluster_says_why(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(CannotRunError, match=r"no apt-get to install slurmctld, slurmd"):
        install()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CannotRunError, match="takes root"):
        install()


def test_continuous_integration_runs_both_legs():
    script = (ROOT / ".ci" / "run").read_text()
    assert "make test-slurm" in script
    assert "make test-conda" in script
    assert all(Path(ROOT, "tests", leg).is_dir() for leg in ("slurm", "conda"))
