"""The registry of selectors: what is known of each before it runs. Light: every rule reads it.

A selector is a file of this room with an ``ENTRY``, a dict of plain values as in `Entry`, and a
function ``choose`` (a ranker: ``score``). Entries are read from the source, not imported, so
that the rules never wait for torch. `spinn.selectors.choose` runs a selector by its name.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOM = Path(__file__).parent
STRATEGIES = ("rfe", "ranking")
EXCHANGE = "+exchange"  # after a ranker and a strategy: their panels, after an exchange of genes
EXCHANGE_TASKS = ("reconstruction", "hurdle")  # whose networks predict genes
GOAL_TASKS = ("reconstruction", "classification")  # which `recommended` answers alike, by the goal
KINDS = ("recommended", "ranker", "baseline", "peer", "package")
# What entries of a kind have in common, unless they say otherwise.
_OF_KIND: dict[str, dict[str, Any]] = {
    "ranker": {"is_random": True, "needs_torch": True, "is_constrained": True},
    "peer": {"colour": "#56B4E9"},
    "package": {"is_constrained": True, "colour": "#8c564b"},
}
_FOLDERS = ("baselines", "rankers")  # where every file with the function of a selector is one
# Kinds whose files hold no `choose`, and the module that has it for them.
_SHARED = {"ranker": "selectors.strategies", "package": "selectors.peers.packages"}


@dataclass(frozen=True)
class Entry:
    """What is known of a selector before it runs.

    Parameters
    ----------
    name
        As in the config.
    kind
        `recommended`; `baseline`; `ranker`: scores the genes of a base model, named
        RANKER-STRATEGY; `peer`: another group's method, re-implemented; `package`: another group's
        package, in a separate environment, where a failure does not stop the run.
    takes
        Which genes it takes, for the tables of the documentation.
    order
        Place among its kind in tables and figures; equal ones by name.
    source
        The publication, for the same tables.
    family
        Selectors of one family share a rule and a job; by default `baselines` without torch, a
        ranker's or the selector's name with it.
    gate, noise
        Of a ranker: the gate of the base model that it scores, and that gate's noise and penalty in
        words.
    is_random
        Whether its panels depend on the seed.
    needs_labels
        Whether it chooses genes by cell type, whatever the task.
    follows_goal
        Whether it chooses for the config's `goal`, whichever of its tasks (`GOAL_TASKS`) judges.
    needs_torch
        Whether its job imports torch.
    is_constrained
        Whether ``choose`` returns a `Choice` whose panels meet the constraints; else it returns a
        `PanelPath`, which is made to meet them.
    is_default
        Whether a config without ``selectors`` runs it.
    uses
        Names of selectors that it runs.
    colour, marker
        In figures, as matplotlib writes them.
    module
        Where its code is, below the package; filled in here.
    """

    name: str
    kind: str
    takes: str
    order: int = 99
    source: str = ""
    family: str = ""
    gate: str | None = None
    noise: str = ""
    is_random: bool = False
    needs_labels: bool = False
    follows_goal: bool = False
    needs_torch: bool = False
    is_constrained: bool = False
    is_default: bool = False
    uses: tuple[str, ...] = ()
    colour: str = "#737373"
    marker: str = "h"
    module: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value: Any = getattr(self, field.name)
            wanted: Any = tuple if field.name == "uses" else field.type
            if not isinstance(value, wanted):
                name = getattr(wanted, "__name__", wanted)
                raise TypeError(f"{field.name} must be of type {name}, got {value!r}")
        if self.kind not in KINDS:
            raise ValueError(
                f"{self.name}: kind must be one of {', '.join(KINDS)}, got {self.kind}"
            )


def read_entries(room: Path = ROOM) -> Iterator[Entry]:
    """Yield the entry of every file that has one, by kind, order and name.

    Raises
    ------
    ValueError
        If an ``ENTRY`` is no dict of plain values, its keys and types are not those of `Entry`, its
        name is that of another file's, or a file with a ``choose`` or ``score`` lacks one.
    """
    entries: dict[str, Entry] = {}
    for path in room.rglob("*.py"):
        values = _entry_in(path)
        if values is None:
            continue
        try:
            given = ast.literal_eval(values)
            entry = Entry(**{**_OF_KIND.get(given.get("kind"), {}), **given})
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: ENTRY: {error}; see spinn.selectors.registry") from None
        module = ".".join(path.relative_to(room.parent).with_suffix("").parts)
        family = entry.name if entry.needs_torch or entry.kind == "package" else "baselines"
        if entry.name in entries:
            both = f"{entries[entry.name].module} and {module}"
            raise ValueError(f"names of selectors must differ, got {entry.name!r} in {both}")
        entries[entry.name] = replace(entry, module=module, family=entry.family or family)
    yield from sorted(entries.values(), key=lambda e: (KINDS.index(e.kind), e.order, e.name))


def _entry_in(path: Path) -> ast.expr | None:
    """Return the value of ``ENTRY`` in a file; None where there is neither entry nor selector."""
    source, functions = path.read_text(encoding="utf-8"), set[str]()
    if "ENTRY" not in source and path.parent.name not in _FOLDERS:
        return None
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="ENTRY")], value=ast.expr() as value):
                return value
            case ast.AnnAssign(target=ast.Name(id="ENTRY"), value=ast.expr() as value):
                return value
            case ast.FunctionDef(name=name):
                functions.add(name)
    if path.parent.name in _FOLDERS and functions & {"choose", "score"}:
        raise ValueError(f"{path.name}: must have an ENTRY; see spinn.selectors.registry")
    return None


ENTRIES = {entry.name: entry for entry in read_entries()}
"""Entries by name; a ranker once, under its own name."""

RANKERS = {name: entry for name, entry in ENTRIES.items() if entry.kind == "ranker"}


def _selectors() -> Iterator[Entry]:
    exchanges = []
    for entry in ENTRIES.values():
        if entry.kind != "ranker":
            yield entry
            continue
        for strategy in STRATEGIES:
            selector = replace(entry, name=f"{entry.name}-{strategy}", is_default=True)
            exchanges.append(replace(selector, name=selector.name + EXCHANGE, is_default=False))
            yield selector
    yield from exchanges


SELECTORS = {entry.name: entry for entry in _selectors()}
"""Every selector by the name that a config gives it."""


def families(selectors: Iterable[str]) -> dict[str, list[str]]:
    """Return selectors by family, families and members in the order given.

    Raises
    ------
    KeyError
        If a name is no selector.
    """
    grouped: dict[str, list[str]] = {}
    for selector in selectors:
        if selector not in SELECTORS:
            raise KeyError(f"{selector!r} is not a selector; they are {', '.join(SELECTORS)}")
        grouped.setdefault(SELECTORS[selector].family, []).append(selector)
    return grouped


def modules_of(selectors: Iterable[str]) -> list[str]:
    """Return the modules that running some selectors loads by name, for digests of code."""
    modules = set()
    for selector in selectors:
        entry = SELECTORS.get(selector) or ENTRIES[selector]
        modules |= {entry.module, _SHARED.get(entry.kind, entry.module)}
        modules |= set(modules_of(entry.uses))
    return sorted(modules)


def load(selector: str) -> ModuleType:
    """Return the module with a selector's ``choose``."""
    entry = SELECTORS[selector]
    return import_module(f"spinn.{_SHARED.get(entry.kind, entry.module)}")


def load_ranker(ranker: str) -> ModuleType:
    """Return the module with a ranker's ``score``."""
    return import_module(f"spinn.{RANKERS[ranker].module}")
