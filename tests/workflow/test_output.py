"""What a run prints: no reasons of jobs, the cause of a failure last, where the report is."""

import pytest

from tests.support.workflow import TINY, copy_project, snakemake, write_config

pytestmark = pytest.mark.slow


def test_a_failed_run_ends_with_its_cause_and_gives_no_reasons_of_jobs(tmp_path):
    folder = copy_project(tmp_path / "project")
    cells = {"path": "scanpy:pbmc68k_reduced", "layer": "nope", "values": "lognorm"}
    config = write_config(
        tmp_path / "bad.yaml",
        datasets={"mine": cells},
        tasks=["reconstruction"],
        selectors=["greedy"],
    )
    done = snakemake(folder, "--cores", 1, "--configfile", config)
    assert done.returncode != 0
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.startswith("failed: datasets.mine: layer: 'nope' is not there; layers: none")
    assert last.endswith("logs/mine/split0/prepare.log)")
    assert "reason" not in done.stdout.lower().replace("reasons:", "")


def test_the_reasons_are_there_on_request(tmp_path):
    folder = copy_project(tmp_path / "project")
    done = snakemake(folder, "-n", "--quiet", "host", "--configfile", TINY)
    assert "Missing output files" in done.stdout
