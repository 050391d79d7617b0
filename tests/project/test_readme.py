"""Every command and every example of the README is tried.

Commands that install or run for minutes are run by continuous integration itself (`make run`, `make
test`: see .ci/run); the other Snakemake commands are planned here with `-n`, since the runs of
tests/workflow/test_workflow.py differ from them by their config only. What an installed package
does is tried in a fresh environment: tests/project/test_wheel.py; what follows from these, here.
"""

import re
import shlex
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from spinn.interface import command
from spinn.panel_files import load_panel
from spinn.platforms.reader import read_platform
from tests.support.readme import BY_CI, README, commands, example, furnish
from tests.support.workflow import ROOT, copy_project, snakemake

pytestmark = pytest.mark.slow
PARTS = ("**For**", "docs/quality.svg", "git clone", "make run\n", "**It cannot**")


def test_what_ci_runs_itself():
    script = (ROOT / ".ci" / "run").read_text()
    for target in ("make run", "make test", "make test-wheel"):
        assert target in script.splitlines()
    assert set(commands()) >= BY_CI
    assert set(commands()) == BY_CI | set(commands("snakemake", "spinn", "pip", "source"))


def test_make_run_leaves_the_commands_in_an_environment():
    (line,) = commands("source")
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("needs the .venv of `make setup`")
    done = subprocess.run(
        ["bash", "-c", f"{line} && cd / && spinn --version && snakemake --version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("spinn, version ")


def test_the_first_screen_says_all_that_decides():
    """Who it is for, a picture, two commands, what it cannot do: within 40 lines."""
    screen = "\n".join(README.splitlines()[:40])
    assert [screen.index(part) for part in PARTS] == sorted(screen.index(part) for part in PARTS)


@pytest.mark.parametrize("line", sorted(set(commands("snakemake"))))
def test_a_command_plans_its_jobs(line, tmp_path):
    words = shlex.split(line)[1:]
    if "conda" in words and shutil.which("conda") is None:
        pytest.skip("conda is not installed on this machine")
    project = furnish(copy_project(tmp_path / "project"))
    done = snakemake(project, *words, *([] if "-n" in words else ["-n"]))
    assert done.returncode == 0, done.stdout
    assert "write_report" in done.stdout


def test_the_commands_for_vendors_panels_and_platforms_do_as_they_say(tmp_path, monkeypatch):
    """Those behind the first six, which tests/project/test_wheel.py runs."""
    monkeypatch.chdir(furnish(tmp_path))
    for line in commands("spinn")[6:]:
        done = CliRunner().invoke(command.main, shlex.split(line)[1:])
        assert done.exit_code == 0, done.stderr
    base = load_panel("base_panel.csv").genes
    added, light = (load_panel(file).largest for file in ("added.json", "light.json"))
    assert (len(added.genes), len(light.genes)) == (50, 64)
    assert set(added.base) == set(base) - {"absent"}
    submitted = load_panel("added_order/submission.csv").genes
    assert submitted == list(added.genes)
    loads = load_panel("light.json").table()
    assert loads["load_max"].max() <= read_platform("xenium_v1").load["max_per_type"]


def test_the_python_example_reads_a_panel(capsys):
    code = example("results/")
    path = re.search(r'"(results/[^"]+)"', code)[1]
    if not (ROOT / path).exists():
        pytest.skip("needs the results of `make run`, which continuous integration runs first")
    exec(code.replace(path, str(ROOT / path)), {})
    assert len(capsys.readouterr().out.split(",")) == 8
