"""Turn the output of `pip freeze` into a lock: `make lock` and `make peers-lock` pipe it here."""

import re
import sys

from packaging.utils import canonicalize_name

HEADER = """\
# The lock: the exact versions that spinn is run and tested with on Python 3.11; not edited by hand.
# Made by `make lock`: what pyproject.toml requires, with its extras workflow and dev, goes into a
# fresh virtual environment, and `pip freeze` is stripped of build labels such as +cpu and of the
# packages that only torch's CUDA build needs: so pip takes the CPU build wherever it finds one.
# `make envs` carries a change on into envs/.
"""
PEER_HEADER = """\
# The exact versions that the peer {name} is run with on Python 3.11; not edited by hand.
# Made from {name}.in by `make peers-lock`, as `make lock` makes the lock of spinn itself.
"""
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s+]+)(\+\S+)?")
ACCELERATOR = ("nvidia-", "cuda-", "triton")


def lock(freeze: str, header: str = HEADER) -> str:
    """Return the lock file's text for the output of `pip freeze`.

    Parameters
    ----------
    freeze
        One pin a line.
    header
        Comment lines to begin with.

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
    return header + "\n".join(sorted(kept, key=str.lower)) + "\n"


def read_lock(text: str) -> dict[str, str]:
    """Return the pinned lines of a lock by canonical package name."""
    pins = (PIN.fullmatch(line) for line in text.splitlines() if not line.startswith("#"))
    return {canonicalize_name(pin["name"]): pin[0] for pin in pins if pin}


def is_accelerator(name: str) -> bool:
    """Tell whether a package comes along only with torch's CUDA build."""
    return canonicalize_name(name).startswith(ACCELERATOR)


if __name__ == "__main__":
    peers = [PEER_HEADER.format(name=name) for name in sys.argv[1:]]
    sys.stdout.write(lock(sys.stdin.read(), *peers))
