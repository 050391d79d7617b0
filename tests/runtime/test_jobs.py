"""The log and threads of a job, its keys, and the lock of a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from spinn.runtime.jobs import acquire_lock, run_keys, write_causes

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


def test_keys_are_the_wildcards_with_the_split_as_a_number():
    wildcards = [("dataset", "1"), ("split", "2"), ("seed", "3")]
    assert run_keys(wildcards) == {"dataset": "1", "split": 2, "seed": "3"}


def test_the_last_line_of_every_failed_jobs_log_is_written_once(tmp_path, capsys):
    failed, silent = tmp_path / "failed.log", tmp_path / "silent.log"
    failed.write_text("INFO 3 cells\nValueError: no labels\n\n")
    hint = "(check log file(s) for error details)"
    run = tmp_path / "run.log"
    run.write_text("".join(f"    log: {path} {hint}\n" for path in (failed, silent, failed)))
    write_causes([str(run)])
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"failed: ValueError: no labels ({failed})",
        f"failed: its log says nothing ({silent})",
    ]
