"""A child keeps to its limits, is gone afterwards, and reports how it ended."""

import sys
import time
from pathlib import Path

import pytest

from spinn.selectors.peers import child
from spinn.selectors.peers.child import Allowance, run_child

AMPLE = Allowance(seconds=60, memory_gb=4)
MEBI = 2**20


def run(source, folder, allowance=AMPLE, **environment):
    command = [sys.executable, "-c", source]
    return run_child(command, folder=folder, allowance=allowance, environment=environment)


def test_a_child_that_ends_well(tmp_path):
    source = "import os; print(os.getcwd()); print(os.environ['WHO'])"
    outcome = run(source, tmp_path, WHO="a peer")
    assert outcome.error is None
    assert outcome.output.split("\n")[:2] == [str(tmp_path), "a peer"]
    assert outcome.cost.seconds > 0


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("raise KeyError('g7')", "ended with status 1: KeyError: 'g7'"),
        ("raise SystemExit(3)", "ended with status 3"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("raise KeyError('x' * 999)", "ended with status 1: KeyError: '" + "x" * 168),
    ],
)
def test_a_child_that_fails_says_why_in_a_line(source, error, tmp_path):
    assert run(source, tmp_path).error == error


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited(tmp_path):
    source = f"bytearray({600 * MEBI})"
    assert run(source, tmp_path).error is None
    outcome = run(source, tmp_path, Allowance(seconds=60, memory_gb=0.5))
    assert outcome.error == "over its memory limit of 0.5 GiB: MemoryError"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peaks of memory here")
def test_the_peak_is_the_child_s_own(tmp_path):
    mine = bytearray(300 * MEBI)  # a child's getrusage would count it
    outcome = run(f"import time; x = bytearray({100 * MEBI}); time.sleep(1)", tmp_path)
    assert 100 < outcome.cost.peak_mb < 250
    assert len(mine)


def test_time_is_limited_for_its_workers_too(tmp_path):
    command = ["sh", "-c", "(sleep 0.8; touch late) & echo waiting; wait"]
    allowance = Allowance(seconds=0.3, memory_gb=4)
    outcome = run_child(command, folder=tmp_path, allowance=allowance, environment={})
    assert outcome.error == "over its time limit of 0.3 s"
    assert outcome.output == "waiting\n"
    assert outcome.cost.seconds >= 0.3
    time.sleep(0.8)
    assert not (tmp_path / "late").exists()


def test_an_interrupt_leaves_nothing_running(tmp_path, monkeypatch):
    def interrupt(process):
        raise KeyboardInterrupt

    monkeypatch.setattr(child, "peak_mb", interrupt)
    started = []
    popen = child.subprocess.Popen
    monkeypatch.setattr(
        child.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[0]
    )
    with pytest.raises(KeyboardInterrupt):
        run("import time; time.sleep(60)", tmp_path)
    assert started[0].poll() is not None
