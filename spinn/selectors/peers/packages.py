"""Selectors of other packages: each runs in its own interpreter and is asked by files.

A peer sees what our selectors see, training and validation cells, and of their genes those that may
be chosen. Whatever it answers, its panels have exactly the sizes asked for, distinct genes, the
required ones first and no excluded one; what had to be mended for that is told.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.panel import Panel, PanelPath, Ranked
from spinn.runtime.costs import Cost
from spinn.runtime.environment import is_deployed
from spinn.selectors.peers.child import Allowance, run
from spinn.selectors.peers.runners import exchange

RUNNERS = Path(__file__).parent / "runners"
_THREADS = ("OMP", "MKL", "OPENBLAS", "NUMBA")
Mended = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Asked:
    """What came of asking a peer: an answer, or why there is none; its cost; what it said.

    ``exhausted`` says that the time it was given did not do.
    """

    answer: exchange.Answer | None
    error: str | None
    cost: Cost
    said: str = ""
    exhausted: bool = False


def interpreter(folder: Path | str, peer: str) -> Path | None:
    """Return the Python that has a peer: of its folder there, else of this job's environment.

    None where the peer has no environment of its own.
    """
    own = Path(folder).absolute() / peer / "bin" / "python"
    if own.exists():
        return own
    return Path(sys.executable) if is_deployed() else None


def ask(
    command: Sequence[str | Path],
    data: ExpressionData,
    request: exchange.Request,
    *,
    allowance: Allowance,
    constraints: Constraints,
) -> Asked:
    """Run a peer's runner as a child process and read its answer.

    Parameters
    ----------
    command
        Interpreter and script; the folder of the exchange is added.
    data
        Training and validation cells, all genes.
    request
        What to choose.
    allowance
        Of the child.
    constraints
        Excluded genes are not handed over.

    Raises
    ------
    ValueError
        If the data hold test cells.
    """
    if extra := sorted(set(data.part.tolist()) - {"train", "valid"}):
        raise ValueError(f"a peer may see train and valid cells only, came {extra} too")
    candidates = constraints.candidate_positions(data.genes)
    labels = None if data.labels is None else np.array(data.classes)[data.labels]
    cells = exchange.Cells(
        values=data.values[:, candidates],
        genes=np.array(data.genes)[candidates],
        part=data.part,
        labels=labels,
        targets=data.targets,
    )
    with tempfile.TemporaryDirectory(prefix="spinn-") as name:
        folder = Path(name)
        exchange.write_request(folder, cells, request)
        outcome = run(
            [*map(str, command), name],
            folder=folder,
            allowance=allowance,
            environment=_environment(request.threads),
        )
        if outcome.error is not None:
            return Asked(None, outcome.error, outcome.cost, outcome.said, outcome.exhausted)
        try:
            answer = exchange.read_answer(folder)
        except ValueError as error:
            return Asked(None, str(error), outcome.cost, outcome.said)
        return Asked(answer, None, outcome.cost, outcome.said)


def complete(
    answer: exchange.Answer,
    *,
    sizes: Sequence[int],
    genes: Sequence[str],
    constraints: Constraints,
    more: Callable[[], Sequence[str]],
) -> tuple[PanelPath, Mended]:
    """Return the panels of an answer, mended where they have to be, and what was mended.

    Parameters
    ----------
    answer
        Of the peer.
    sizes
        Panel sizes.
    genes
        All genes of the data.
    constraints
        Required genes come first in every panel, excluded ones in none.
    more
        Gives genes, best first, to fill a panel up with once the peer's own scores are used up.

    Returns
    -------
    (path, mended)
        The panels, nested only where the peer ranks; the ranking is that of the largest one, its
        scores the peer's own, NaN where it has none. ``mended`` counts by size, where not 0:
        `unknown` (names that are no candidate) and `repeated` genes of the answer, `cut` genes
        beyond the size, genes `by_own_scores` and `by_greedy` that fill up.

    Raises
    ------
    ValueError
        If the peer named or scored no gene that may be chosen, or a size cannot be met.
    """
    constraints.check_sizes(sizes, genes)
    allowed = {genes[i] for i in constraints.candidate_positions(genes)}
    scores = {g: s for g, s in (answer.scores or {}).items() if g in allowed and np.isfinite(s)}
    by_score = sorted(scores, key=lambda gene: (-scores[gene], gene))
    mended: Mended = {}
    panels = []
    for size in sorted(sizes, reverse=True):
        listed = _listed(answer, size)
        own = [gene for gene in listed if gene in allowed]
        if not own and not scores:
            raise ValueError("the peer chose no gene that may be chosen")
        distinct = list(dict.fromkeys((*constraints.required, *own)))
        chosen = distinct[:size]
        with_scores = list(dict.fromkeys((*chosen, *by_score)))[:size]
        filled = with_scores
        if len(with_scores) < size:
            others = [gene for gene in more() if gene in allowed]
            filled = list(dict.fromkeys((*with_scores, *others)))[:size]
        counts = {
            "unknown": len(listed) - len(own),
            "repeated": len(own) - len(set(own)),
            "cut": 0 if answer.panels is None else max(len(set(own)) - size, 0),
            "by_own_scores": len(with_scores) - len(chosen),
            "by_greedy": len(filled) - len(with_scores),
        }
        if any(counts.values()):
            mended[str(size)] = {name: n for name, n in counts.items() if n}
        panels.append(Panel(tuple(filled)))
    largest = panels[0].genes
    ranking = tuple(
        Ranked(gene, rank, scores.get(gene, float("nan")), len(allowed))
        for rank, gene in enumerate(largest, start=1)
    )
    return PanelPath(tuple(panels), ranking), mended


def _listed(answer: exchange.Answer, size: int) -> Sequence[str]:
    """Return the ranking, or the panel of a size; of a size without an answer, the largest one."""
    if answer.panels is None:
        return answer.ranking or ()
    return answer.panels.get(size) or answer.panels.get(max(answer.panels, default=0), ())


def _environment(threads: int) -> Mapping[str, str]:
    """Return what a child's interpreter is told: threads, no foreign packages, fixed hashes."""
    own = {f"{library}_NUM_THREADS": str(threads) for library in _THREADS}
    kept = {name: "" for name in ("PYTHONPATH", "PYTHONHOME") if name in os.environ}
    return {**own, **kept, "PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0"}
