"""What every job starts with: its log and threads; and the lock of a whole run."""

import faulthandler
import fcntl
import logging
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from spinn.runtime.environment import check_environment, threads_of

# How Snakemake writes that a job failed, in a block of indented lines, or that one finished.
_ENDED = re.compile(
    r"^ +jobid: (\d+)\n(?: .*\n)*? +log: (.+?) \(check log file|^Finished jobid: (\d+)",
    re.MULTILINE,
)
_PROGRESS = re.compile(r"\d{4}-\d\d-\d\d .* (?:INFO|WARNING) ")  # as `start_job` has them written


def acquire_lock(path: str | os.PathLike[str]) -> IO[str]:
    """Return an open file that only one process at a time can hold.

    The operating system releases it when the process ends, however it ends, so that a killed run
    leaves nothing to unlock (Snakemake's lock would stay).
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - stays open while it is held
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise RuntimeError("another run is at work in this folder; wait until it ends") from None
    return file


def start_job(log: str, threads: int, *, needs: Sequence[str]) -> None:
    """Send logging, standard output and standard error to a file; refuse foreign packages.

    An existing file is overwritten; each line is written at once; the root logger is set to INFO. A
    crash in compiled code leaves its traceback there too. ``threads`` is how many numerical
    libraries may use; without it they take every core. They read it when they are imported, so call
    this first. See `check_environment` for ``needs``.
    """
    os.environ.update(threads_of(threads))
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    stream = Path(log).open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 - stays open
    sys.stdout = sys.stderr = stream
    faulthandler.enable(stream)
    layout = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=stream, level=logging.INFO, format=layout, force=True)
    check_environment(needs)


def write_causes(logs: Iterable[str], folder: str) -> None:
    """Write to standard error why jobs of a run failed: the last line of each one's log.

    ``logs`` are Snakemake's of the run, which name the jobs that failed and their logs; ``folder``
    is where the run is at work. A job that a later attempt finished is left out.
    """
    text = "\n".join(_text_of_log(Path(folder, log)) for log in logs)
    failed = dict[str, str]()  # job -> its log
    for job, name, finished in _ENDED.findall(text):
        if finished:
            failed.pop(finished, None)
        else:
            failed[job] = name
    for name in dict.fromkeys(failed.values()):
        lines = _text_of_log(Path(folder, name)).splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "no log; see above")
        if _PROGRESS.match(last):
            last = "ended without an error message; killed, or out of memory?"
        sys.stderr.write(f"failed: {last.strip()} ({name})\n")


def _text_of_log(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
