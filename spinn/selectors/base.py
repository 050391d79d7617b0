"""Panels that are added to a base: its genes are measured anyway, and slots take the room of genes.

Inside a selector the genes of the base are required and free, so sizes are larger by them and
smaller by the slots; outside, a panel holds what is added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from spinn.constraints.constraints import Constraints
from spinn.panel import PanelPath
from spinn.selectors.run import Run


def modelled(run: Run, genes: Sequence[str]) -> Run:
    """Return a run whose sizes count all genes of the data that are measured.

    ValueError where slots leave no room, or no such panel exists.
    """
    constraints = run.constraints
    if not (constraints.base or constraints.slots):
        return run
    constraints.check_sizes(run.sizes, genes)
    return replace(
        run, sizes=constraints.modelled_sizes(run.sizes), constraints=constraints.modelled()
    )


def added(path: PanelPath, constraints: Constraints) -> PanelPath:
    """Return what a path of modelled panels adds to the base; ranks start again at 1."""
    base, slots = constraints.base, constraints.slots
    if not (base or slots):
        return path
    panels = tuple(
        replace(panel, genes=tuple(g for g in panel.genes if g not in base), base=base, slots=slots)
        for panel in path.panels
    )
    kept = [place for place in path.ranking if place.gene not in base]
    ranking = tuple(replace(place, rank=rank) for rank, place in enumerate(kept, start=1))
    return replace(path, panels=panels, ranking=ranking)


def by_added_size(details: Any, constraints: Constraints) -> Any:
    """Return what is documented by modelled size, as text, by the size of what is added."""
    if not isinstance(details, Mapping):
        return details
    more = len(constraints.slots) - len(constraints.base)
    return {
        str(int(key) + more) if str(key).isdecimal() else key: by_added_size(value, constraints)
        for key, value in details.items()
    }
