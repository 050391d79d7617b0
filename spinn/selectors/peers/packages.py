"""Selectors of other packages: each runs in its own interpreter and answers by files.

A package reads what our selectors read, training and validation cells, and of their genes those
that may be chosen. Whatever it answers, its panels have exactly the requested sizes, distinct
genes, the required ones first and no excluded one; what had to be repaired for that is reported.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.panel import Panel, PanelPath, Ranked
from spinn.records.choice import Choice
from spinn.runtime.costs import NOTHING, Cost
from spinn.runtime.environment import is_deployed, threads_of
from spinn.selectors.baselines import greedy
from spinn.selectors.constrained import constrained
from spinn.selectors.peers.child import Allowance, run_child
from spinn.selectors.peers.runners import exchange
from spinn.selectors.registry import SELECTORS
from spinn.selectors.run import Run, TrainingCells

log = logging.getLogger(__name__)
RUNNERS = Path(__file__).parent / "runners"
MAX_LOG = 10_000  # characters of a package's output
NO_PANELS = PanelPath((), ())
Repairs = dict[str, dict[str, int]]


@dataclass(frozen=True)
class PeerResult:
    """The result of running a package: an answer, or why there is none; its cost and its output.

    ``exhausted`` says that its time limit was too short.
    """

    answer: exchange.Answer | None
    error: str | None
    cost: Cost = NOTHING
    output: str = ""
    exhausted: bool = False


def choose(cells: TrainingCells, run: Run) -> Choice:
    """Return the panels of a package, or a choice that says why it failed.

    It fails where it is not installed, exceeds its limits or answers with no gene that may be
    chosen. The cost is that of its process; what was repaired stands in the details.

    Raises
    ------
    ValueError
        If a size cannot be met.
    """
    run.constraints.check_sizes(run.sizes, cells.data.genes)
    return _choice(_run(cells, run), run, cells)


def interpreter(folder: Path | str, peer: str) -> Path | None:
    """Return the Python that has a package: of its folder there, else of this job's environment.

    None where the package has no environment.
    """
    python = Path(folder).absolute() / peer / "bin" / "python"
    if python.exists():
        return python
    return Path(sys.executable) if is_deployed() else None


def run_peer(
    command: Sequence[str | Path],
    data: ExpressionData,
    request: exchange.Request,
    *,
    allowance: Allowance,
    constraints: Constraints,
) -> PeerResult:
    """Run a package's runner as a child process and read its answer.

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
        raise ValueError(f"a peer may read train and valid cells only, got {extra} too")
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
        outcome = run_child(
            [*map(str, command), name],
            folder=folder,
            allowance=allowance,
            environment=_environment(request.threads),
        )
        result = partial(PeerResult, cost=outcome.cost, output=outcome.output)
        if outcome.error is not None:
            return result(None, outcome.error, exhausted=outcome.exhausted)
        try:
            return result(exchange.read_answer(folder), None)
        except ValueError as error:
            return result(None, str(error))


def complete(
    answer: exchange.Answer,
    *,
    sizes: Sequence[int],
    genes: Sequence[str],
    constraints: Constraints,
    more: Callable[[], Sequence[str]],
) -> tuple[PanelPath, Repairs]:
    """Return the panels of an answer, repaired where they have to be, and what was repaired.

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
        Gives genes, best first, to fill a panel up with once the peer's scores are used up.

    Returns
    -------
    (path, repairs)
        The panels, nested only where the peer ranks; the ranking is that of the largest one, its
        scores the peer's, NaN where it has none. ``repairs`` counts by size, where not 0:
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
    repairs: Repairs = {}
    panels = []
    for size in sorted(sizes, reverse=True):
        listed = _listed(answer, size)
        known = [gene for gene in listed if gene in allowed]
        if not known and not scores:
            raise ValueError("the peer chose no gene that may be chosen")
        distinct = list(dict.fromkeys((*constraints.required, *known)))
        chosen = distinct[:size]
        with_scores = list(dict.fromkeys((*chosen, *by_score)))[:size]
        filled = with_scores
        if len(with_scores) < size:
            others = [gene for gene in more() if gene in allowed]
            filled = list(dict.fromkeys((*with_scores, *others)))[:size]
        counts = {
            "unknown": len(listed) - len(known),
            "repeated": len(known) - len(set(known)),
            "cut": 0 if answer.panels is None else max(len(set(known)) - size, 0),
            "by_own_scores": len(with_scores) - len(chosen),
            "by_greedy": len(filled) - len(with_scores),
        }
        if any(counts.values()):
            repairs[str(size)] = {name: n for name, n in counts.items() if n}
        panels.append(Panel(tuple(filled)))
    largest = panels[0].genes
    ranking = tuple(
        Ranked(gene, rank, scores.get(gene, float("nan")), len(allowed))
        for rank, gene in enumerate(largest, start=1)
    )
    return PanelPath(tuple(panels), ranking), repairs


def _listed(answer: exchange.Answer, size: int) -> Sequence[str]:
    """Return the ranking, or the panel of a size; of a size without an answer, the largest one."""
    if answer.panels is None:
        return answer.ranking or ()
    return answer.panels.get(size) or answer.panels.get(max(answer.panels, default=0), ())


def _run(cells: TrainingCells, run: Run) -> PeerResult:
    limits = cells.settings.peers
    if SELECTORS[run.selector].needs_labels and cells.data.labels is None:
        return PeerResult(None, "needs labels; name an obs column as label")
    python = interpreter(limits.folder, run.selector)
    if python is None:
        missing = f"not installed: no {limits.folder}/{run.selector}; `make peers` builds it"
        return PeerResult(None, missing)
    sizes, required = tuple(run.sizes), run.constraints.required
    request = exchange.Request(
        cells.task, sizes, run.seed, cells.threads, required, limits.time_limit_s
    )
    result = run_peer(
        [python, RUNNERS / f"run_{run.selector}.py"],
        cells.data,
        request,
        allowance=Allowance(limits.time_limit_s, limits.memory_gb),
        constraints=run.constraints,
    )
    log.info("output of %s:\n%s", run.selector, result.output[-MAX_LOG:])
    return result


def _choice(result: PeerResult, run: Run, cells: TrainingCells) -> Choice:
    """Return what a result gives for the cells' task: `greedy`, which fills up, depends on it."""
    limits = cells.settings.peers
    path, repairs, failed = _panels(result, cells, run)
    if failed is not None:
        log.warning("%s failed: %s", run.selector, failed)
    return Choice(
        path,
        details={
            "peers": {"time_limit_s": limits.time_limit_s, "memory_gb": limits.memory_gb},
            "repairs": repairs,
        },
        cost=result.cost,
        versions={} if result.answer is None else {run.selector: result.answer.version},
        failed=failed,
        exhausted=result.exhausted,
        for_task=partial(_choice, result, run),
    )


def _panels(
    result: PeerResult, cells: TrainingCells, run: Run
) -> tuple[PanelPath, Repairs, str | None]:
    """Return the panels, what was repaired in them, and why there are none."""
    if result.answer is None:
        return NO_PANELS, {}, result.error
    answer, repairs = result.answer, list[Repairs]()

    def select(run: Run) -> PanelPath:
        def by_greedy() -> Sequence[str]:
            return greedy.choose(cells, run).panels[0].genes

        path, counts = complete(
            answer,
            sizes=run.sizes,
            genes=cells.data.genes,
            constraints=run.constraints,
            more=by_greedy,
        )
        repairs.append(counts)
        return path

    try:
        path = constrained(select, cells.data.genes, run)
    except ValueError as error:
        return NO_PANELS, {}, str(error)
    return path, repairs[0], None


def _environment(threads: int) -> Mapping[str, str]:
    """Return a child's environment: threads, no foreign packages, fixed hashes."""
    cleared = {name: "" for name in ("PYTHONPATH", "PYTHONHOME") if name in os.environ}
    return {**threads_of(threads), **cleared, "PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0"}
