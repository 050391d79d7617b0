"""A run by its keys, as written in tables."""

from collections.abc import Iterable


def run_keys(wildcards: Iterable[tuple[str, str]]) -> dict[str, str | int]:
    """Return a job's wildcards as written in tables: the split is a number."""
    return {name: int(value) if name == "split" else value for name, value in wildcards}
