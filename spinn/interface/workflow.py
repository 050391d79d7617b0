"""`spinn run`: Snakemake with the packaged workflow, and where the report of a run is."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from spinn.runtime.environment import workflow_folder

# With one of these the number of jobs is given, or a profile that may hold it.
_PARALLEL = ("--cores", "--jobs", "--profile", "--workflow-profile", "--executor", "-e")


def run_workflow(words: Sequence[str]) -> tuple[int, Path | None]:
    """Run the workflow with Snakemake's options; return its exit status and the report's path.

    Without a number of cores all are used, without a config the one of cells that ship with scanpy.
    The path is None where the run neither wrote the report nor had nothing to do: it failed, was a
    dry run, or only unlocked a folder.
    """
    names, folder = {word.partition("=")[0] for word in words}, workflow_folder()
    options = []
    if not any(name.startswith(("-c", "-j")) or name in _PARALLEL for name in names):
        options += ["--cores", "all"]
    if not names & {"--configfile", "--configfiles"}:
        options += ["--configfile", str(folder / "config" / "config.yaml")]
    options += ["--snakefile", str(folder / "Snakefile")]  # last: --configfile takes many words
    # Jobs find this environment's programs, also where it is not activated.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    start = time.time()
    status = subprocess.run(
        [sys.executable, "-m", "snakemake", *options, *words],
        env={**os.environ, "PATH": path},
        check=False,
    ).returncode
    return status, None if status else _report([*options, *words], start)


def _report(words: Sequence[str], start: float) -> Path | None:
    """Return the report of a run that has just succeeded, if it is there and up to date."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+")
    parser.add_argument("--config", "-C", nargs="*", default=())
    parser.add_argument("--directory", "-d", type=Path, default=Path())
    given = parser.parse_known_args(words)[0]
    config: dict[str, Any] = {}
    for file in given.configfile:
        config |= yaml.safe_load(Path(file).read_text(encoding="utf-8")) or {}
    config |= dict(pair.split("=", 1) for pair in given.config)
    report = given.directory / config.get("results", "results") / "report.html"
    if not report.is_file():
        return None
    logs = (given.directory / ".snakemake" / "log").glob("*.snakemake.log")  # none of a dry run
    recent = [log.read_text(encoding="utf-8") for log in logs if log.stat().st_mtime >= start]
    is_new = report.stat().st_mtime >= start
    return report if is_new or any("Nothing to be done" in text for text in recent) else None
