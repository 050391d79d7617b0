"""The recommended selector: what competes depends on the goal, and the best panel is taken.

The config's `goal` says what its panels are for: all genes (`genes`), cell types (`types`) or
`both`, whichever task judges them. The tasks regression and hurdle are goals of their own.
"""

from dataclasses import replace

from spinn.records.choice import Choice
from spinn.selectors import strategies
from spinn.selectors.contest import contest
from spinn.selectors.mixtures import for_both
from spinn.selectors.run import Run, TrainingCells

ENTRY = {
    "name": "recommended",
    "kind": "recommended",
    "takes": "per size the panel of several ways that predicts best on training cells held out",
    "is_random": True,
    "needs_torch": True,
    "is_constrained": True,
    "is_default": True,
    "follows_goal": True,
    "uses": ("greedy", "greedy_split", "markers", "cosine", "greedy_mixed"),
    "colour": "#b10026",
}
_TASK_OF = {"genes": "reconstruction", "types": "classification"}

prepare = strategies.prepare


def choose(cells: TrainingCells, run: Run) -> Choice:
    """Return the recommended panels; they need not be nested.

    The choice's details hold under `chosen`, per size, where the panel was `taken` from and every
    candidate's `losses`: the headline metric on training cells that the refit did not see, signed
    so that lower is better. For both goals see `spinn.selectors.mixtures.for_both`.
    """
    if cells.task not in _TASK_OF.values():
        return _of_one(cells, run)
    goal = goal_of(cells)
    if goal == "both":
        genes, types = (_opened(cells, task) for task in _TASK_OF.values())
        return for_both(genes, types, run)
    return _of_one(_opened(cells, _TASK_OF[goal]), run)


def goal_of(cells: TrainingCells) -> str:
    """Return `genes`, `types` or `both`; ValueError where cells without types are to have some."""
    goal, labelled = cells.settings.goal, cells.data.labels is not None
    if goal in ("types", "both") and not labelled:
        raise ValueError(
            f"goal must be genes or null where there are no cell types, got {goal!r}; name an obs "
            "column as label"
        )
    return goal or ("both" if labelled else "genes")


def _opened(cells: TrainingCells, task: str) -> TrainingCells:
    if cells.task == task:
        return cells
    return strategies.prepare(replace(cells, task=task, opened=None))


def _of_one(cells: TrainingCells, run: Run) -> Choice:
    done = contest(cells, run)
    return Choice(done.path, details={"chosen": done.details()})
