"""The selecting rule of external peers: panels, or a file that says why there are none."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData, read_prepared
from spinn.panel import PanelPath
from spinn.records.documents import documented
from spinn.runtime.costs import Cost
from spinn.selectors.baselines.all_baselines import greedy
from spinn.selectors.constrained import constrained, constraints_of
from spinn.selectors.peers.child import Allowance
from spinn.selectors.peers.packages import RUNNERS, Asked, Mended, ask, complete, interpreter
from spinn.selectors.peers.runners.exchange import Request
from spinn.selectors.registry import SELECTORS

log = logging.getLogger(__name__)
_LONGEST_LOG = 10_000  # characters of what a peer said


def select_with_peer(
    prepared: str,
    outputs: Mapping[tuple[str, int], str],
    *,
    peer: str,
    about: Mapping[str, Any],
    sizes: Sequence[int],
    config: Mapping[str, Any],
    threads: int,
) -> None:
    """Write panels.json and ranking.csv of a peer for every (task, seed).

    A peer that is not installed, fails or exceeds its limits gets a file without panels, with the
    reason under ``failed``. It is asked once for all that it would answer alike, and for no other
    seed of a task that took all its time.

    Parameters
    ----------
    prepared
        The prepared file.
    outputs
        (task, seed) to panels.json.
    peer
        The selector's name.
    about
        The dataset and split.
    sizes
        Panel sizes.
    config
        The sections ``genes`` and ``peers``.
    threads
        For the peer.
    """
    data = read_prepared(prepared, parts=("train", "valid"))
    about = {**about, "data": data.identity()}
    constraints = constraints_of(config["genes"], data)
    constraints.check_sizes(sizes, data.genes)
    limits = {key: value for key, value in config["peers"].items() if key != "folder"}
    entry = SELECTORS[peer]
    asked: dict[tuple[str | None, int], Asked] = {}
    for done, ((task, seed), output) in enumerate(outputs.items(), start=1):
        log.info("selection %d of %d: %s, %s, seed %d", done, len(outputs), peer, task, seed)
        # A peer that chooses by cell type knows no task.
        key = (None if entry.needs_labels else task, seed if entry.draws else 0)
        spent = next((s for t, s in asked if t == key[0] and asked[t, s].exhausted), None)
        if key not in asked and spent is not None:
            reason = f"not asked: {asked[key[0], spent].error} with seed {spent}"
            asked[key] = Asked(None, reason, Cost(0.0))
        if key not in asked:
            seconds = config["peers"]["time_limit_s"]
            request = Request(task, tuple(sizes), key[1], threads, constraints.required, seconds)
            asked[key] = _ask(peer, data, request, constraints, config["peers"])
        found = asked[key]
        path, mended, failed = _panels(found, data, constraints, task=task, sizes=sizes)
        if failed is not None:
            log.warning("%s failed: %s", peer, failed)
        own = {**about, "task": task, "selector": peer, "seed": seed}
        documented(
            path,
            own if failed is None else {**own, "failed": failed},
            config={"genes": config["genes"], "peers": limits, "mended": mended},
            cost=found.cost,
            threads=threads,
            versions={} if found.answer is None else {peer: found.answer.version},
        ).save(Path(output).parent)


def _ask(
    peer: str,
    data: ExpressionData,
    request: Request,
    constraints: Constraints,
    config: Mapping[str, Any],
) -> Asked:
    if SELECTORS[peer].needs_labels and data.labels is None:
        return Asked(None, "needs labels; name an obs column as label", Cost(0.0))
    python = interpreter(config["folder"], peer)
    if python is None:
        missing = f"not installed: no {config['folder']}/{peer}; `make peers` builds it"
        return Asked(None, missing, Cost(0.0))
    found = ask(
        [python, RUNNERS / f"run_{peer}.py"],
        data,
        request,
        allowance=Allowance(config["time_limit_s"], config["memory_gb"]),
        constraints=constraints,
    )
    log.info("%s said:\n%s", peer, found.said[-_LONGEST_LOG:])
    return found


def _panels(
    found: Asked,
    data: ExpressionData,
    constraints: Constraints,
    *,
    task: str,
    sizes: Sequence[int],
) -> tuple[PanelPath, Mended, str | None]:
    """Return the panels, what was mended in them, and why there are none."""
    nothing = PanelPath((), ())
    if found.answer is None:
        return nothing, {}, found.error
    answer, mended = found.answer, list[Mended]()

    def choose(*, sizes: Sequence[int], constraints: Constraints) -> PanelPath:
        def by_greedy() -> Sequence[str]:
            path = greedy(data, sizes=sizes, seed=0, constraints=constraints, task=task)
            return path.panels[0].genes

        path, counts = complete(
            answer, sizes=sizes, genes=data.genes, constraints=constraints, more=by_greedy
        )
        mended.append(counts)
        return path

    try:
        path = constrained(choose, data.genes, sizes=sizes, constraints=constraints)
    except ValueError as error:
        return nothing, {}, str(error)
    return path, mended[0], None
