"""The one way to run a selector: its name and training cells in, its panels out."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from spinn.data import ExpressionData
from spinn.records.choice import Choice
from spinn.runtime.costs import NOTHING, measured
from spinn.selectors.base import added, by_added_size, modelled
from spinn.selectors.constrained import constrained
from spinn.selectors.registry import GOAL_TASKS, SELECTORS, load
from spinn.selectors.run import Run, TrainingCells
from spinn.settings import Settings

log = logging.getLogger(__name__)


def open_cells(
    selector: str,
    data: ExpressionData,
    task: str,
    settings: Settings | None = None,
    *,
    device: str = "cpu",
    threads: int = 1,
    base_files: Mapping[int, str] | None = None,
) -> TrainingCells:
    """Return cells ready for a selector and all others of its family; see `TrainingCells`."""
    settings = settings or Settings()
    cells = TrainingCells(data, task, settings, device, threads, base_files or {})
    module = load(selector)
    # Networks share a problem per job: its module says how it is opened.
    return module.prepare(cells) if SELECTORS[selector].needs_torch else cells


def choose(cells: TrainingCells, run: Run) -> Choice:
    """Return the panels of a run; they meet its constraints.

    Parameters
    ----------
    cells
        From `open_cells`, for a selector of the same family.
    run
        The selector, sizes, seed and constraints.

    Raises
    ------
    KeyError
        If there is no such selector.
    ValueError
        If the cells lack what the selector needs, or no panel meets the constraints. A selector of
        another package raises only if a size cannot be met; otherwise its choice says why it
        failed.
    """
    entry, module = SELECTORS[run.selector], load(run.selector)
    asked, run = run.constraints, modelled(run, cells.data.genes)
    if entry.needs_labels and cells.data.labels is None and entry.kind != "package":
        raise ValueError(f"{entry.name} needs labels; name an obs column as label")
    if entry.is_constrained:
        choice: Choice = module.choose(cells, run)
    else:
        choice = Choice(constrained(partial(module.choose, cells), cells.data.genes, run))
    details = {key: by_added_size(of, asked) for key, of in choice.details.items()}
    choice = replace(choice, path=added(choice.path, asked), details=details)
    if cells.opened is None:
        return choice
    noise, device = cells.problem.encoder.noise, str(cells.problem.positions.device)
    return replace(choice, device=device, details={"noise": noise, **choice.details})


def choose_each(
    runs: Sequence[tuple[str, Run]], open_task: Callable[[str], TrainingCells]
) -> Iterator[Choice]:
    """Yield the choice of each (task, run), with its cost.

    Runs that a selector answers alike share one choice: all seeds of one that draws nothing, all
    tasks of one that chooses by cell type or for the config's goal. (A package's answer may have to
    be filled up, which depends on the task.) A selector that used up its time with one seed of a
    task is not run with another.

    Parameters
    ----------
    runs
        Tasks and runs of one family.
    open_task
        From a task to its cells.
    """
    open_once, choices = cache(open_task), dict[tuple[str, str, int], Choice]()
    for number, (task, run) in enumerate(runs, start=1):
        entry = SELECTORS[run.selector]
        seed = run.seed if entry.is_random else 0
        alike = entry.needs_labels or (entry.follows_goal and task in GOAL_TASKS)
        key = (run.selector, "" if alike else task, seed)
        late = [other for other in choices if other[:2] == key[:2] and choices[other].exhausted]
        if key not in choices and late:
            reason = f"not run: {choices[late[0]].failed} with seed {late[0][2]}"
            choices[key] = replace(
                choices[late[0]], failed=reason, cost=NOTHING, exhausted=False, for_task=None
            )
        if key not in choices:
            place = f"{number} of {len(runs)}"
            log.info("selection %s: %s, %s, seed %d", place, task, run.selector, seed)
            cells = open_once(task)
            choice, cost = measured(partial(choose, cells, replace(run, seed=seed)))
            if entry.kind != "package":  # which ran in a process of its own, whose cost it says
                choice = replace(choice, cost=choice.cost + cost)
            choices[key] = choice
        elif (for_task := choices[key].for_task) is not None:
            other = for_task(open_once(task))
            yield replace(other, path=added(other.path, run.constraints))
            continue
        yield choices[key]
