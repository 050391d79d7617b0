"""Where results come from: versions, machine, cost and input."""

import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spinn import __version__
from spinn.data import read_about
from spinn.runtime.environment import versions


def made_by(
    *, seconds: float, threads: int, device: str, peak_mb: float | None = None
) -> dict[str, Any]:
    """Return versions, machine and cost of a run: all that may differ between equal results."""
    return {
        "versions": {"spinn": __version__, **versions()},
        "machine": platform.machine(),
        "device": device,
        "threads": threads,
        "seconds": round(seconds, 3),
        "peak_mb": None if peak_mb is None else round(peak_mb, 1),
    }


def git_commit(folder: Path) -> str | None:
    """Return the commit of the checkout at ``folder``; None outside git, ``+`` if changed.

    A workflow that is installed inside another checkout counts as outside.
    """
    try:
        _git(folder, "ls-files", "--error-unmatch", "Snakefile")
        commit = _git(folder, "rev-parse", "HEAD")
        return commit + ("+" if _git(folder, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def provenance(
    prepared: Mapping[tuple[str, str], str], *, config: Mapping[str, Any], root: Path
) -> dict[str, Any]:
    """Return the contents of `provenance.json`.

    ``prepared`` holds the prepared file of each data set and place, such as `split0` or `all`; the
    checkout is that at ``root``.
    """
    datasets: dict[str, dict[str, Any]] = {}
    for (dataset, place), path in prepared.items():
        datasets.setdefault(dataset, {})[place] = read_about(path)
    return {
        "format": 1,
        "spinn": __version__,
        "git_commit": git_commit(root),
        "versions": versions(),
        "machine": {"platform": platform.platform(), "processor": platform.machine()},
        "seeds": list(config["seeds"]),
        "datasets": datasets,
    }


def write_json(document: Mapping[str, Any], path: str) -> None:
    """Write a document as JSON with sorted keys."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
