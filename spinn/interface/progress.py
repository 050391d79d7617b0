"""A progress bar where somebody looks, nothing elsewhere."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

_PACKAGE = logging.getLogger("spinn")


def is_interactive() -> bool:
    """Tell whether somebody looks: standard error is a terminal, or this is a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def progress(total: int | None = None, *, unit: str = "step") -> "Iterator[tqdm[None]]":
    """Show a bar that carries the package's own log as its text.

    Parameters
    ----------
    total
        Updates to come; None where it is not known: every message of the log is one then.
    unit
        What an update is.

    Notes
    -----
    Messages below the level that the caller has set for the package are shown on the bar only.
    """
    bar = tqdm(total=total, unit=unit, disable=not is_interactive(), leave=False)
    if bar.disable:
        yield bar
        return
    before = _PACKAGE.getEffectiveLevel(), _PACKAGE.level, _PACKAGE.propagate
    shown = _Shown(bar, counts=total is None, handed_on=before[0])
    _PACKAGE.addHandler(shown)
    _PACKAGE.setLevel(min(logging.INFO, before[0]))
    _PACKAGE.propagate = False
    try:
        yield bar
    finally:
        _PACKAGE.removeHandler(shown)
        _PACKAGE.setLevel(before[1])
        _PACKAGE.propagate = before[2]
        bar.close()


class _Shown(logging.Handler):
    """Writes messages on a bar, and hands those on that the caller would have seen."""

    def __init__(self, bar: "tqdm[None]", *, counts: bool, handed_on: int) -> None:
        super().__init__()
        self._bar, self._counts, self._handed_on = bar, counts, handed_on

    def emit(self, record: logging.LogRecord) -> None:
        self._bar.set_description_str(record.getMessage()[:60], refresh=True)
        if self._counts:
            self._bar.update()
        if record.levelno >= self._handed_on:
            logging.getLogger().callHandlers(record)
