"""Stand-ins for installed peers: an interpreter that runs a given source instead of the runner."""

import sys

from spinn.selectors.peers.packages import RUNNERS

# What a peer of each kind does with its cells.
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


def install(folder, **peers):
    """Make a folder of environments in which each peer does what its kind of `SOURCES` does."""
    for peer, kind in peers.items():
        place = folder / peer / "bin"
        place.mkdir(parents=True)
        calls, script = folder / peer / "calls", folder / peer / "peer.py"
        script.write_text(
            SCRIPT.format(runners=str(RUNNERS), calls=str(calls), source=SOURCES[kind])
        )
        python = place / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$2"\n')
        python.chmod(0o755)
        (folder / peer / ".installed").write_text(f"{kind}==1\n")
    return folder


def calls(folder, peer):
    """Return the (task, seed) that a peer was asked with."""
    path = folder / peer / "calls"
    return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []
