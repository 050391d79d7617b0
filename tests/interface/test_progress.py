"""The bar: where somebody looks, and without a trace behind it."""

import io
import logging
import sys

import pytest

from spinn.interface.progress import progress

log = logging.getLogger("spinn.somewhere")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def look(monkeypatch):
    """Put a terminal in the place of standard error; within a test, for pytest puts its own."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_nothing_is_shown_where_nobody_looks(capsys):
    with progress(3) as bar:
        log.info("unseen")
        bar.update()
    assert capsys.readouterr() == ("", "")


def test_the_bar_carries_the_log_and_leaves_nothing_behind(monkeypatch, caplog):
    terminal = look(monkeypatch)
    package = logging.getLogger("spinn")
    before = package.level, package.propagate, list(package.handlers)

    def work():
        with progress():
            log.info("stage 1 of 2")
            log.warning("look here")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert "stage 1 of 2" in terminal.getvalue()
    assert [record.message for record in caplog.records] == ["look here"]
    assert (package.level, package.propagate, list(package.handlers)) == before


def test_who_asks_for_the_log_gets_it(monkeypatch, caplog):
    terminal = look(monkeypatch)
    with caplog.at_level(logging.INFO, logger="spinn"), progress(2) as bar:
        log.info("stage 1 of 2")
        bar.update()
    assert "stage 1 of 2:   0%" in terminal.getvalue()
    assert [record.message for record in caplog.records] == ["stage 1 of 2"]
