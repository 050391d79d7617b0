"""Every command and every example of the README is tried.

Commands that install or run for minutes are run by continuous integration itself (`make run`, `make
test`: see .ci/run); the other Snakemake commands are planned here with `-n`, since the runs of
tests/test_workflow.py differ from them by their config only.
"""

import re
import shlex
import shutil

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from tests.workflow import ROOT, copy_project, snakemake

README = (ROOT / "README.md").read_text(encoding="utf-8")
BY_CI = {"git clone <this repository> spinn && cd spinn", "make run"}
pytestmark = pytest.mark.slow


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands():
    lines = "\n".join(blocks("sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.strip()]


def test_what_ci_runs_itself():
    script = (ROOT / ".ci" / "run").read_text()
    assert "make run" in script
    assert "make test" in script
    assert set(commands()) >= BY_CI


@pytest.mark.parametrize("line", sorted(set(commands()) - BY_CI))
def test_a_command_plans_its_jobs(line, tmp_path):
    program, *words = shlex.split(line)
    assert program == "snakemake"
    if "conda" in words and shutil.which("conda") is None:
        pytest.skip("conda is not installed on this machine")
    project = copy_project(tmp_path / "project")
    (project / "my.yaml").write_text(blocks("yaml")[0])
    names = [f"g{i:03}" for i in range(200)]
    cells = ad.AnnData(
        np.ones((30, 200), dtype=np.float32), var=pd.DataFrame(index=["CD3E", *names[1:]])
    )
    cells.write_h5ad(project / "cells.h5ad")
    done = snakemake(project, *words, *([] if "-n" in words else ["-n"]))
    assert done.returncode == 0, done.stdout
    assert "write_report" in done.stdout


def test_the_python_example_reads_a_panel(capsys):
    example = blocks("python")[0]
    path = re.search(r'"(results/[^"]+)"', example)[1]
    if not (ROOT / path).exists():
        pytest.skip("needs the results of `make run`, which continuous integration runs first")
    exec(example.replace(path, str(ROOT / path)), {})
    assert len(capsys.readouterr().out.split(",")) == 8
