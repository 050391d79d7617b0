"""Where results come from: who made a file, with what, and from which input."""

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

    A workflow that is installed below somebody else's checkout is outside too.
    """
    try:
        _git(folder, "ls-files", "--error-unmatch", "Snakefile")
        commit = _git(folder, "rev-parse", "HEAD")
        return commit + ("+" if _git(folder, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def provenance(
    prepared: Mapping[tuple[str, int], str], *, config: Mapping[str, Any], root: Path
) -> dict[str, Any]:
    """Return what `provenance.json` says of a whole run.

    Parameters
    ----------
    prepared
        The prepared file of each (dataset, split).
    config
        The checked config.
    root
        The workflow's folder, for the git commit.
    """
    about: dict[str, dict[str, Any]] = {}
    for (name, r), path in prepared.items():
        about.setdefault(name, {})[f"split{r}"] = read_about(path)
    return {
        "format": 1,
        "spinn": __version__,
        "git_commit": git_commit(root),
        "versions": versions(),
        "machine": {"platform": platform.platform(), "processor": platform.machine()},
        "seeds": list(config["seeds"]),
        "datasets": about,
    }


def write_json(document: Mapping[str, Any], path: str) -> None:
    """Write a document as JSON with sorted keys."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
