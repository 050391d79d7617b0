"""A platform: an assay that reads a panel, and the rules that a panel ordered for it must meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a column of a submission file may hold.
CONTENTS = ("symbol", "id", "forced", "empty")
UNIT = "molecules per cell"  # of limits of load; of which cells, may follow
MARKS = ("read", "second hand", "from memory", "ours")


@dataclass(frozen=True)
class Rule:
    """One rule or fact of a platform, and how well it is known.

    Parameters
    ----------
    name
        Section and key of the platform's file: `load.max_per_type`.
    value
        None where there is such a rule and its value is not known.
    unit
        Of the value; empty where it has none.
    source, date
        Where the value was read, and when.
    mark
        `read`: in the vendor's own text or in the tests of a converter of its files; `second
        hand`: in what others say of the vendor's text; `from memory`; `ours`: spinn adds it.
    note
        What else must be known to apply it.
    """

    name: str
    value: Any
    unit: str
    source: str
    date: str
    mark: str
    note: str = ""


@dataclass(frozen=True)
class Platform:
    """An assay with its rules; what its file does not say, or only as unknown, is absent.

    Parameters
    ----------
    name
        How it is called in configs and commands.
    title
        How people call it.
    rules
        All that its file says, in the file's order.
    """

    name: str
    title: str
    rules: tuple[Rule, ...]

    @property
    def load(self) -> Mapping[str, float]:
        """Limits of molecules per cell, by the keys of the config's `genes.load`."""
        return self._section("load")

    @property
    def sizes(self) -> Mapping[str, int]:
        """Genes in a panel: stand_alone_low, stand_alone_high, add_on_low, add_on_high."""
        return self._section("sizes")

    @property
    def advised_against(self) -> tuple[str, ...]:
        """Symbols of genes that a panel should not hold."""
        return tuple(self._section("genes").get("advised_against", ()))

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns of the file to submit, in order: heading to what it holds, see ``CONTENTS``."""
        return self._section("submission").get("columns", {})

    def rule(self, name: str) -> Rule:
        """Return a rule by its name; KeyError where the platform's file has none."""
        return {rule.name: rule for rule in self.rules}[name]

    def _section(self, section: str) -> dict[str, Any]:
        """Return the known values of a section of the file, by key."""
        known = [(rule.name, rule.value) for rule in self.rules if rule.value is not None]
        start = f"{section}."
        return {name.removeprefix(start): v for name, v in known if name.startswith(start)}
