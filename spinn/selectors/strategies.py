"""The rankers' panels: by recursive elimination (`rfe`) or in one step (`ranking`).

`+exchange` may follow either.
"""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from spinn.networks.network import Network
from spinn.networks.training import base_model, open_problem
from spinn.panel import PanelPath
from spinn.records.choice import Choice
from spinn.records.networks import load_network, training_cost
from spinn.runtime.costs import NOTHING, Cost
from spinn.selectors.by_score import by_score
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import eliminate, scored
from spinn.selectors.exchange import exchanged
from spinn.selectors.registry import EXCHANGE, RANKERS, load_ranker
from spinn.selectors.run import Run, TrainingCells


def prepare(cells: TrainingCells) -> TrainingCells:
    """Return cells with the task's problem and base models, which a ranker's selectors share."""
    problem = open_problem(
        cells.data, cells.task, cells.settings, device=cells.device, threads=cells.threads
    )
    opened = replace(cells, opened=problem)
    return replace(opened, base=cache(partial(_base, opened)))


def choose(cells: TrainingCells, run: Run) -> Choice:
    """Return the panels of a ranker and a strategy, such as `bernoulli-rfe`."""
    plain = run.selector.removesuffix(EXCHANGE)
    ranker, _, strategy = plain.rpartition("-")
    base, cost = cells.base(str(RANKERS[ranker].gate), run.seed)
    score = load_ranker(ranker).score

    def select(run: Run) -> PanelPath:
        if strategy == "rfe":
            return eliminate(cells.problem, [base], score, cells.settings, run)
        return by_score(cells, scored(score, base, cells.problem), run)

    path = constrained(select, cells.problem.genes, run)
    if run.selector != plain:
        path = exchanged(path, cells.problem, cells.settings, run)
    return Choice(path, cost)


def _base(cells: TrainingCells, gate: str, seed: int) -> tuple[Network, Cost]:
    """Return the base model of a gate, read or trained, and what it cost before this process."""
    problem = cells.problem
    if seed not in cells.base_files:
        return base_model(problem, gate, cells.settings, seed=seed).network, NOTHING
    path = Path(cells.base_files[seed])
    network, genes = load_network(path)
    if genes != problem.genes:
        raise ValueError(f"{path} was trained on other genes; train it again")
    return network.to(problem.positions.device), training_cost(path)
