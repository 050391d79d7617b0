"""The config's section `genes`, resolved before any job: files read, a platform's rules put in."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from spinn.constraints.files import read_rules
from spinn.constraints.rules import LoadLimits
from spinn.constraints.terms import is_family
from spinn.platforms.reader import read_platform


def resolve_genes(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``genes`` of a checked config with its files and platform read.

    A platform's limits hold where the config has none, and what it advises against is added. So
    editing a file reruns what depends on it, and contradictions stop before any job. Families are
    kept: which genes they stand for depends on the data. A file that cannot be read, or too small a
    panel for the required genes, is a ValueError.
    """
    try:
        rules = read_rules(config["genes"])
    except OSError as error:
        raise ValueError(f"genes: no such file: {error.filename}") from None
    except ValueError as error:
        raise ValueError(f"genes: {error}") from None
    smallest = min(config["panel_sizes"])
    n_named = sum(not is_family(term) for term in rules.required)
    if n_named > smallest:
        raise ValueError(
            f"genes.required: {n_named} genes do not fit the smallest panel "
            f"(panel_sizes: {smallest}); require fewer or request larger panels"
        )
    load, advised_against = _of_platform(config)
    given = {key: limit for key, limit in (config["genes"].get("load") or {}).items() if limit}
    return {
        **config["genes"],
        "required": list(rules.required),
        "excluded": list(rules.excluded),
        "advised_against": list(dict.fromkeys([*rules.advised_against, *advised_against])),
        "table": [dict(row) for row in rules.rows] or None,
        "available": None if rules.available is None else list(rules.available),
        "base": list(rules.base),
        "load": {**dict.fromkeys(f.name for f in fields(LoadLimits)), **load, **given},
    }


def _of_platform(config: Mapping[str, Any]) -> tuple[Mapping[str, float], Sequence[str]]:
    """Return a platform's limits of molecules and the genes that it advises against."""
    if (name := config.get("platform")) is None:
        return {}, ()
    try:
        platform = read_platform(name)
    except OSError as error:
        raise ValueError(str(error)) from None
    return platform.load, platform.advised_against
