"""Lists of genes as users bring them: named, and what of each can be judged in some cells."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spinn.data import ExpressionData
from spinn.names import MAX_NAMED, with_offers
from spinn.panel import Panel, PanelPath
from spinn.statistics.tiers import REFERENCES

log = logging.getLogger(__name__)
GeneLists = Mapping[str, Sequence[str] | Panel | PanelPath]
Missing = Literal["drop", "error"]


@dataclass(frozen=True)
class Listed:
    """One panel of a list: how many genes it names, and those of them that can be judged."""

    name: str
    size: int
    panel: Panel

    @property
    def key(self) -> str:
        """Text that is different for every panel of all lists, and for floor and ceiling."""
        return f"{self.size} {self.name}"


def as_paths(lists: GeneLists) -> dict[str, PanelPath]:
    """Return every list as a path of panels; TypeError or ValueError where one is none."""
    if not isinstance(lists, Mapping):
        raise TypeError(
            "panels must be lists of genes by name, such as {'mine': genes}, got "
            f"{type(lists).__name__}"
        )
    if not lists:
        raise ValueError("panels must name at least one list of genes, got none")
    return {name: _as_path(name, one) for name, one in lists.items()}


def _as_path(name: str, genes: Sequence[str] | Panel | PanelPath) -> PanelPath:
    if not isinstance(name, str):
        raise TypeError(f"panels: a name must be text, got {name!r}")
    if name in REFERENCES:
        raise ValueError(f"panels: {name!r} is a reserved name; choose another for the list")
    if isinstance(genes, str):
        raise TypeError(f"panels: {name!r} must be a list of genes, got the text {genes!r}")
    try:
        one = genes if isinstance(genes, Panel | PanelPath) else Panel(tuple(map(str, genes)))
        len(one.genes)  # a run that failed has none, and says why
    except ValueError as error:
        raise ValueError(f"panels: {name!r}: {error}") from None
    return PanelPath((one,), ()) if isinstance(one, Panel) else one


def in_data(
    paths: Mapping[str, PanelPath], known: Sequence[str], *, missing: Missing
) -> list[Listed]:
    """Return the panels of all lists, each with those of its genes that the data have.

    Genes that are absent are named in a warning, or with ``missing="error"`` in a KeyError; a panel
    of which no gene is present is a KeyError in any case.
    """
    if missing not in ("drop", "error"):
        raise ValueError(f"missing must be 'drop' or 'error', got {missing!r}")
    present = set(known)
    listed: list[Listed] = []
    for name, path in paths.items():
        genes = list(dict.fromkeys(gene for panel in path.panels for gene in panel.genes))
        if absent := [gene for gene in genes if gene not in present]:
            what = f"panels: {len(absent)} of {len(genes)} genes of {name!r} absent from the data"
            named = with_offers(absent, known)
            if missing == "error" or len(absent) == len(genes):
                raise KeyError(f"{what}: {named}; names must match the var names")
            log.warning("%s, and left out: %s", what, named)
        listed += [_kept(Listed(name, panel.size, panel), present) for panel in path.panels]
    return listed


def that_vary(lists: Sequence[Listed], data: ExpressionData) -> list[Listed]:
    """Return lists with those of their genes that prepared cells hold.

    These are all that vary in the training cells. A constant gene says nothing: it is named in a
    warning, and a panel of constant genes only is a ValueError.
    """
    held = set(data.genes)
    for name in dict.fromkeys(one.name for one in lists):
        genes = dict.fromkeys(g for one in lists if one.name == name for g in one.panel.genes)
        if constant := [gene for gene in genes if gene not in held]:
            message = (
                "panels: %d of %d genes of %r constant in the training cells, and left out: %s"
            )
            log.warning(message, len(constant), len(genes), name, ", ".join(constant[:MAX_NAMED]))
    return [_kept(one, held) for one in lists]


def _kept(one: Listed, genes: Collection[str]) -> Listed:
    """Return a list with its panel's genes that are among some, at least one."""
    if kept := tuple(gene for gene in one.panel.genes if gene in genes):
        return replace(one, panel=Panel(kept))
    raise ValueError(
        f"panels: none of the {one.size} genes of {one.name!r} can be judged: all are absent from "
        "the data or constant in the training cells"
    )
