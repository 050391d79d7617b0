"""Lists of genes as users bring them: named, and what of each can be judged in some cells."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spinn.data import ExpressionData
from spinn.names import MAX_NAMED, GeneNames, with_offers
from spinn.panel import Panel, PanelPath
from spinn.statistics.tiers import REFERENCES

log = logging.getLogger(__name__)
GeneLists = Mapping[str, Sequence[str] | Panel | PanelPath]
Missing = Literal["drop", "error"]


@dataclass(frozen=True)
class Listed:
    """One panel of a list: its size, and those of its genes and of its base that can be judged.

    The base is measured with the panel, so that both are judged together. The panels of a list are
    judged in one run, from large to small; where some are left with as many genes, in several.
    """

    name: str
    size: int
    panel: Panel
    run: int = 0

    @property
    def key(self) -> str:
        """Text that is different for every run of all lists, and for floor and ceiling."""
        return f"{self.run} {self.name}"


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


def in_data(paths: Mapping[str, PanelPath], known: GeneNames, *, missing: Missing) -> list[Listed]:
    """Return the panels of all lists, each with those of its genes that the data have.

    A list's genes may be names, ids or symbols; those of the panels returned are names, after those
    of the base that the panel is added to. Genes that are absent are named in a warning, or with
    ``missing="error"`` in a KeyError; a panel of which no gene is present is one in any case. A
    base is bought anyway: what the data lack of it is named in a warning. Slots are no genes of any
    data. A word that is the id or symbol of several genes is a ValueError.
    """
    if missing not in ("drop", "error"):
        raise ValueError(f"missing must be 'drop' or 'error', got {missing!r}")
    listed: list[Listed] = []
    for name, path in paths.items():
        words = list(dict.fromkeys(word for panel in path.panels for word in panel.genes))
        base = list(dict.fromkeys(word for panel in path.panels for word in panel.base))
        name_of = _names_of(name, [*base, *words], known, path.about.get("ids", {}))
        if absent := [word for word in base if word not in name_of]:
            message = "panels: %d of %d base genes of %r measured, but not judged (absent): %s"
            log.warning(message, len(absent), len(base), name, with_offers(absent, known.words))
        if absent := [word for word in words if word not in name_of]:
            what = f"panels: {len(absent)} of {len(words)} genes of {name!r} absent from the data"
            shown = with_offers(absent, known.words)
            if missing == "error" or len(absent) == len(words):
                raise KeyError(f"{what}: {shown}; names must match the var names, ids or symbols")
            log.warning("%s, and left out: %s", what, shown)
        listed += [_translated(name, panel, name_of) for panel in path.panels]
    return listed


def _names_of(
    name: str, words: Sequence[str], known: GeneNames, ids: Mapping[str, str]
) -> dict[str, str]:
    """Return the name of each word's gene, by the id that the list has for it at last."""
    try:
        meant = {word: known.meant_by(word) or known.meant_by(ids.get(word, "")) for word in words}
    except ValueError as error:
        raise ValueError(f"panels: {name!r}: {error}") from None
    return {word: gene for word, gene in meant.items() if gene is not None}


def _translated(name: str, panel: Panel, name_of: Mapping[str, str]) -> Listed:
    """Return a list's panel in the names of the data, genes that it names twice once."""
    names = [name_of[word] for word in panel.measured if word in name_of]
    if repeated := [gene for gene, times in Counter(names).items() if times > 1]:
        message = "panels: %r names some genes twice, which count once: %s"
        log.warning(message, name, ", ".join(repeated[:MAX_NAMED]))
    return _with_genes(name, panel.size, dict.fromkeys(names))


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
    kept = [
        _with_genes(one.name, one.size, (gene for gene in one.panel.genes if gene in held))
        for one in lists
    ]
    places = [(one.name, one.panel.size) for one in kept]
    return [replace(one, run=places[:i].count(places[i])) for i, one in enumerate(kept)]


def _with_genes(name: str, size: int, genes: Iterable[str]) -> Listed:
    """Return a panel of a list with the genes of it that are judged, at least one."""
    if judged := tuple(genes):
        return Listed(name, size, Panel(judged))
    raise ValueError(
        f"panels: none of the {size} genes of {name!r} can be judged: all are absent from the data "
        "or constant in the training cells"
    )
