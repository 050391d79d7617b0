"""The platforms as a table of text."""

from collections.abc import Iterator, Mapping

from spinn.platforms.platform import Platform
from spinn.platforms.reader import platform_names, read_platform

_HEADER = ("name", "title", "sizes", "load")


def platform_lines() -> Iterator[str]:
    """Yield a header and a line per platform: name, title, sizes, limits of load."""
    rows = [_HEADER, *(_row(read_platform(name)) for name in platform_names())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    for row in rows:
        yield "  ".join(word.ljust(n) for word, n in zip(row, widths, strict=True)).rstrip()


def _row(platform: Platform) -> tuple[str, ...]:
    return platform.name, platform.title, _values(platform.sizes), _values(platform.load)


def _values(limits: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in limits.items()) or "not known"
