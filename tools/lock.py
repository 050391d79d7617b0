"""Turn the output of `pip freeze` into the lock: `make lock` pipes it through here."""

import re
import sys

from packaging.utils import canonicalize_name

HEADER = """\
# The lock: the exact versions that spinn is run and tested with on Python 3.11; not edited by hand.
# Made by `make lock`: what pyproject.toml asks for, with its extras workflow and dev, goes into a
# fresh virtual environment, and `pip freeze` is stripped of build labels such as +cpu and of the
# packages that only torch's CUDA build needs: so pip takes the CPU build wherever it finds one.
# `make envs` carries a change on into envs/.
"""
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s+]+)(\+\S+)?")
ACCELERATOR = ("nvidia-", "cuda-", "triton")


def lock(freeze: str) -> str:
    """Return the lock file's text for the output of `pip freeze`.

    Raises
    ------
    ValueError
        If a line pins no version, for instance a package installed from a folder.
    """
    lines = [line.strip() for line in freeze.splitlines() if line.strip()]
    strays = [line for line in lines if not PIN.fullmatch(line)]
    if strays:
        raise ValueError(f"every line must read name==version, got {strays[:3]}")
    kept = [line.partition("+")[0] for line in lines if not is_accelerator(line)]
    return HEADER + "\n".join(sorted(kept, key=str.lower)) + "\n"


def read_lock(text: str) -> dict[str, str]:
    """Return the pinned lines of a lock by canonical package name."""
    pins = (PIN.fullmatch(line) for line in text.splitlines() if not line.startswith("#"))
    return {canonicalize_name(pin["name"]): pin[0] for pin in pins if pin}


def is_accelerator(name: str) -> bool:
    """Tell whether a package comes along only with torch's CUDA build."""
    return canonicalize_name(name).startswith(ACCELERATOR)


if __name__ == "__main__":
    sys.stdout.write(lock(sys.stdin.read()))
