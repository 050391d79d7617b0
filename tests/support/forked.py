"""Calls in processes forked from one that holds heavy libraries, and nothing of spinn.

For tests of many short processes: a fresh interpreter imports Snakemake for a second, torch for
more.
"""

import importlib
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["snakemake.cli", "snakemake.script", "scanpy", "torch"])


def forked(name, *arguments, folder, environment=None):
    """Call a `module:function` in a process of its own; return how it ended and what it said.

    Modules are looked for in ``folder`` first, where the process is at work, as `python -m` does.
    Both streams are one text.
    """
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "said")
        given = (name, arguments, Path(folder), environment or {}, said)
        process = FORKED.Process(target=_call, args=given)
        process.start()
        process.join()
        return CompletedProcess([name, *arguments], process.exitcode, stdout=said.read_text())


def _call(name, arguments, folder, environment, said):
    with said.open("w") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    module, _, function = name.partition(":")
    getattr(importlib.import_module(module), function)(*arguments)
