"""`spinn run`: options go to Snakemake, and the report of a run is named at its end."""

import os
import subprocess

import pytest
import yaml
from click.testing import CliRunner

from spinn.interface import command, workflow
from tests.support.workflow import ROOT

DEFAULT = ["--configfile", str(ROOT / "config" / "config.yaml")]


def call(line):
    return CliRunner().invoke(command.main, line.split())


@pytest.fixture
def snakemake(tmp_path, monkeypatch):
    """Put a stand-in in the place of Snakemake: it writes files and keeps its options."""

    class StandIn:
        status, writes, options = 0, {}, None

        def __call__(self, words, **_):
            self.options = words[3:]
            for path, text in self.writes.items():
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_text(text)
            return subprocess.CompletedProcess(words, self.status)

    stand_in = StandIn()
    monkeypatch.setattr(workflow.subprocess, "run", stand_in)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.yaml").write_text(yaml.safe_dump({"results": "mine"}))
    (tmp_path / "plain.yaml").write_text("")
    return stand_in


@pytest.mark.parametrize(
    ("line", "added"),
    [
        ("run", ["--cores", "all", *DEFAULT]),
        ("run all", ["--cores", "all", *DEFAULT]),
        ("run --configfile my.yaml", ["--cores", "all"]),
        ("run --configfile=my.yaml --cores 2 -n", []),
        ("run -c2 --configfile my.yaml all", []),
        ("run --workflow-profile slurm --configfile my.yaml", []),
    ],
)
def test_all_options_go_to_snakemake_with_its_exit_status(line, added, snakemake):
    snakemake.status = 3
    assert call(line).exit_code == 3
    snakefile = ["--snakefile", str(ROOT / "Snakefile")]
    assert snakemake.options == [*added, *snakefile, *line.split()[1:]]


@pytest.mark.parametrize(
    ("line", "report"),
    [
        ("run", "results/report.html"),
        ("run --configfile plain.yaml", "results/report.html"),
        ("run --configfile my.yaml", "mine/report.html"),
        ("run --configfile plain.yaml my.yaml --cores 2", "mine/report.html"),
        ("run --configfile=my.yaml --config seeds=[1] results=a/b", "a/b/report.html"),
        ("run -C results=other -c2", "other/report.html"),
        ("run -d there --configfile my.yaml -p", "there/mine/report.html"),
    ],
)
def test_a_run_names_its_report(line, report, snakemake):
    snakemake.writes = {report: "<html>"}
    assert call(line).stdout.splitlines()[-1:] == [f"report: {report}"]
    snakemake.status = 1
    assert call(line).stdout == ""


def test_only_a_current_report_is_named(snakemake, tmp_path):
    assert call("run").stdout == ""
    (tmp_path / "results").mkdir()
    report = tmp_path / "results" / "report.html"
    report.write_text("<html>")
    os.utime(report, (0, 0))
    assert call("run -n").stdout == ""
    snakemake.writes = {".snakemake/log/a.snakemake.log": "Nothing to be done (all is there)."}
    assert call("run").stdout == "report: results/report.html\n"
    os.utime(tmp_path / ".snakemake" / "log" / "a.snakemake.log", (0, 0))
    snakemake.writes = {".snakemake/log/b.snakemake.log": "Unlocking working directory."}
    assert call("run --unlock").stdout == ""
