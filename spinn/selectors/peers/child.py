"""A command as a child process, with a limit on its time and its memory."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinn.runtime.costs import Cost, peak_mb

# The limit is set before the command starts, on its data; addresses that are merely reserved do
# not count. Only Linux counts all of them, other systems may know no such limit.
_LIMITED = 'ulimit -d "$1" 2>/dev/null; shift; exec "$@"'
_POLL = 0.05  # seconds between checks of the child
_MAX_ERROR = 200  # characters of an error
# How libraries say that they got no memory: Python and numpy, torch, compiled code.
_NO_MEMORY = ("MemoryError", "can't allocate memory", "bad_alloc")


@dataclass(frozen=True)
class Allowance:
    """What a child may use: wall time in seconds, memory of each of its processes in GiB."""

    seconds: float
    memory_gb: float


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its cost, its output, and in a line why it failed; None: it did not.

    ``exhausted`` says that it failed for want of time.
    """

    cost: Cost
    output: str
    error: str | None
    exhausted: bool = False


def run_child(
    command: Sequence[str], *, folder: Path, allowance: Allowance, environment: Mapping[str, str]
) -> Outcome:
    """Run a command to its end, or to its limits, and report how it ended.

    Its processes are gone when this returns, also where this process is interrupted.

    Parameters
    ----------
    command
        The program and its arguments.
    folder
        Where it runs; its output is kept in ``output.txt`` there.
    allowance
        Beyond the time it is killed; beyond the memory its allocations fail (Linux only).
    environment
        Variables set in addition to this process's.
    """
    started = time.perf_counter()
    peak = None
    with (
        (folder / "output.txt").open("wb") as file,
        subprocess.Popen(
            ["sh", "-c", _LIMITED, "sh", str(int(allowance.memory_gb * 2**20)), *command],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its workers end with it
        ) as child,
    ):
        try:
            while child.poll() is None and time.perf_counter() - started < allowance.seconds:
                peak = peak_mb(child.pid) or peak
                time.sleep(_POLL)
            late = child.poll() is None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    cost = Cost(time.perf_counter() - started, peak)
    output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    if late:
        return Outcome(
            cost, output, f"over its time limit of {allowance.seconds:g} s", exhausted=True
        )
    return Outcome(cost, output, _error(child.returncode, output, allowance))


def _error(status: int, output: str, allowance: Allowance) -> str | None:
    if status == 0:
        return None
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
    if any(word in output[-2000:] for word in _NO_MEMORY):
        reason = f"over its memory limit of {allowance.memory_gb:g} GiB"
    elif status < 0:
        reason = f"killed by {signal.Signals(-status).name}"
    else:
        reason = f"ended with status {status}"
    return f"{reason}: {last}"[:_MAX_ERROR] if last else reason
