"""A progress bar on terminals and in notebooks, nothing elsewhere."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

_PACKAGE = logging.getLogger("spinn")


@contextmanager
def progress(total: int | None = None, *, unit: str = "step") -> "Iterator[tqdm[None]]":
    """Show a bar with the package's latest log message as its text.

    ``total`` is the number of updates; None where it is not known: every message counts as one
    then. Messages below the level that the caller has set for the package appear on the bar only,
    the others also above it.
    """
    is_shown = sys.stderr.isatty() or "ipykernel" in sys.modules
    bar = tqdm(total=total, unit=unit, disable=not is_shown, leave=False)
    if bar.disable:
        yield bar
        return
    level, propagate, shown_above = _PACKAGE.level, _PACKAGE.propagate, _PACKAGE.getEffectiveLevel()
    handler = _BarText(bar, counts=total is None, shown_above=shown_above)
    _PACKAGE.addHandler(handler)
    _PACKAGE.setLevel(min(logging.INFO, shown_above))
    _PACKAGE.propagate = False
    try:
        with bar, logging_redirect_tqdm():
            yield bar
    finally:
        _PACKAGE.removeHandler(handler)
        _PACKAGE.setLevel(level)
        _PACKAGE.propagate = propagate


class _BarText(logging.Handler):
    """Shows messages on a bar; passes those of a level to the root logger's handlers."""

    def __init__(self, bar: "tqdm[None]", *, counts: bool, shown_above: int) -> None:
        super().__init__()
        self._bar, self._counts, self._shown_above = bar, counts, shown_above

    def emit(self, record: logging.LogRecord) -> None:
        self._bar.set_description_str(record.getMessage()[:60], refresh=True)
        if self._counts:
            self._bar.update()
        if record.levelno >= self._shown_above:
            logging.getLogger().callHandlers(record)
