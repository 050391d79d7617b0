"""What a piece of work costs: wall time and peak memory."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """Wall time, and the most memory that the process held at once, where the system reports it.

    In MiB, including libraries but not a GPU's memory.
    """

    seconds: float
    peak_mb: float | None = None

    def __add__(self, other: "Cost") -> "Cost":
        """Return the cost of one after the other."""
        known = [peak for peak in (self.peak_mb, other.peak_mb) if peak is not None]
        return Cost(self.seconds + other.seconds, max(known, default=None))


NOTHING = Cost(0.0)


def measured(work: Callable[[], T]) -> tuple[T, Cost]:
    """Return what a function returns, and what it cost this process."""
    with suppress(OSError):  # where the kernel cannot reset it, the peak is the whole job's
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # see proc(5)
    started = time.perf_counter()
    result = work()
    return result, Cost(time.perf_counter() - started, peak_mb())


def peak_mb(process: int | str = "self") -> float | None:
    """Return a process's peak of resident memory in MiB; None where the system does not report it.

    The kernel's count for children (``getrusage``) does not serve: a child inherits its parent's
    peak.
    """
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return None
