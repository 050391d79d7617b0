"""Rows of any kind, grouped by their fields."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, TypeVar

_Row = TypeVar("_Row")


def grouped(rows: Iterable[_Row], *names: str) -> dict[Any, list[_Row]]:
    """Return rows by one or several of their fields, in the order in which these first occur."""
    groups: dict[Any, list[_Row]] = {}
    for row in rows:
        groups.setdefault(attrgetter(*names)(row), []).append(row)
    return groups
