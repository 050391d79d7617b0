"""The log and threads of a job, its keys, and the lock of a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from spinn.runtime.jobs import acquire_lock, write_causes

ROOT = Path(__file__).parents[2]


def test_the_log_holds_everything_a_job_prints(tmp_path):
    log = tmp_path / "logs" / "job.log"
    code = f"""
import logging, sys, warnings
from spinn.runtime.jobs import start_job
logging.basicConfig(level=logging.ERROR)
start_job({str(log)!r}, 1, needs=[])
logging.getLogger("spinn.data").info("%d cells", 3)
logging.getLogger("spinn.data").debug("unwanted")
print("to stdout", flush=False)
warnings.warn("careful")
assert "to stdout" in open({str(log)!r}).read()
raise ValueError("the end")
"""
    done = _run(code, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    text = log.read_text()
    assert " INFO 3 cells\n" in text
    assert "unwanted" not in text
    assert "UserWarning: careful" in text
    assert text.endswith("ValueError: the end\n")


def test_an_existing_log_is_overwritten(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("an earlier try")
    _run(f"from spinn.runtime.jobs import start_job; start_job({str(log)!r}, 1, needs=[])")
    assert log.read_text() == ""


@pytest.mark.parametrize("threads", [1, 2])
def test_numerical_libraries_use_the_threads_of_the_job(threads, tmp_path):
    log = tmp_path / "job.log"
    code = f"""
from spinn.runtime.jobs import start_job
start_job({str(log)!r}, {threads}, needs=[])
import numba, torch
print(torch.get_num_threads(), numba.config.NUMBA_NUM_THREADS)
"""
    _run(code)
    assert log.read_text() == f"{threads} {threads}\n"


def _run(code, *, check=True):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=check)


def test_only_one_process_holds_the_lock(tmp_path):
    path = tmp_path / "deep" / "lock"
    message = "another run is at work in this folder"
    with acquire_lock(path), pytest.raises(RuntimeError, match=message):
        acquire_lock(path)
    acquire_lock(path).close()


def block(job, log):
    """What Snakemake's log says about a job that failed."""
    hint = "(check log file(s) for error details)"
    return f"Error in rule a:\n    jobid: {job}\n    output: b\n    log: {log} {hint}\n    shell:\n"


def test_the_last_line_of_every_failed_jobs_log_is_written_once(tmp_path, capsys):
    (tmp_path / "failed.log").write_text("INFO 3 cells\nValueError: no labels\n\n")
    (tmp_path / "killed.log").write_text("2026-11-27 10:00:00,000 INFO selection: seed 1\n")
    run = [block(1, "failed.log"), block(2, "silent.log"), block(3, "killed.log")]
    (tmp_path / "run.log").write_text("".join([*run, block(1, "failed.log")]))
    write_causes(["run.log"], str(tmp_path))
    assert capsys.readouterr().err.splitlines() == [
        "failed: ValueError: no labels (failed.log)",
        "failed: no log; see above (silent.log)",
        "failed: ended without an error message; killed, or out of memory? (killed.log)",
    ]


def test_a_job_that_finished_in_a_later_attempt_did_not_fail(tmp_path, capsys):
    finished = "    jobid: 1\n    resources: x=1\nFinished jobid: 1 (Rule: a)\n"
    (tmp_path / "run.log").write_text(block(1, "a.log") + finished + block(12, "b.log"))
    (tmp_path / "b.log").write_text("ValueError: b\n")
    write_causes([str(tmp_path / "run.log")], str(tmp_path))
    assert capsys.readouterr().err == "failed: ValueError: b (b.log)\n"
