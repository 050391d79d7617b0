"""Stand-ins for installed packages: interpreters that run a given source in place of a runner."""

import json
import random
import sys
from contextlib import contextmanager
from dataclasses import asdict
from unittest.mock import patch

from spinn.runtime.costs import NOTHING
from spinn.selectors.peers import packages
from spinn.selectors.peers.child import Outcome
from spinn.selectors.peers.packages import RUNNERS
from spinn.selectors.peers.runners.exchange import Answer, read_cells, read_request

# What a package of each kind does with its cells.
SOURCES = {
    "good": "return Answer(ranking=cells.genes[::-1].tolist())",
    "crashes": "raise KeyError('no such column')",
    "sleeps": "import time; time.sleep(60)",
    "repeats": "return Answer(panels={k: cells.genes[:1].tolist() * k for k in request.sizes})",
    "few": "return Answer(ranking=cells.genes[:2].tolist())",
    "nothing": "return Answer(ranking=[])",
    "fails_once": "return Answer(ranking=cells.genes[: 1 // (1 - request.seed)].tolist())",
}
SCRIPT = """
import sys
sys.path.insert(0, {runners!r})
from exchange import Answer, serve
def choose(cells, request):
    open({calls!r}, "a").write(f"{{request.task}} {{request.seed}}\\n")
    {source}
serve("numpy", choose)
"""


def install(folder, **packages):
    """Make a folder of environments in which each package does what its kind of `SOURCES` does."""
    for package, kind in packages.items():
        place = folder / package / "bin"
        place.mkdir(parents=True)
        calls, script = folder / package / "calls", folder / package / "peer.py"
        script.write_text(
            SCRIPT.format(runners=str(RUNNERS), calls=str(calls), source=SOURCES[kind])
        )
        python = place / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$2"\n')
        python.chmod(0o755)
        (folder / package / ".installed").write_text(f"{kind}==1\n")
    return folder


def calls(folder, package):
    """Return the (task, seed) of every time that a package ran."""
    path = folder / package / "calls"
    return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def in_this_process():
    """Let every package answer at once, without its process: a ranking drawn by the seed."""

    def run_child(command, *, folder, allowance, environment):
        genes = read_cells(folder).genes.tolist()
        random.Random(read_request(folder).seed).shuffle(genes)
        answer = asdict(Answer(ranking=genes, scores={}, version="1"))
        (folder / "answer.json").write_text(json.dumps(answer))
        return Outcome(NOTHING, "", None)

    with (
        patch.object(packages, "run_child", run_child),
        patch.object(packages, "interpreter", lambda folder, peer: sys.executable),
    ):
        yield
