"""The progress bar: on terminals only, with the log as its text, and without a trace left."""

import io
import logging
import sys

import pytest

from spinn.interface.progress import progress

log = logging.getLogger("spinn.somewhere")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def use_terminal(monkeypatch):
    """Put a terminal in the place of standard error; within a test, for pytest puts its own."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_nothing_is_shown_without_a_terminal(capsys):
    with progress(3) as bar:
        log.info("unseen")
        bar.update()
    assert capsys.readouterr() == ("", "")


def test_the_bar_carries_the_log_and_leaves_nothing_behind(monkeypatch, caplog):
    terminal = use_terminal(monkeypatch)
    package, root = logging.getLogger("spinn"), logging.getLogger()
    before = package.level, package.propagate, list(package.handlers), list(root.handlers)

    def work():
        with progress():
            log.info("stage 1 of 2")
            log.warning("too few cells")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert "stage 1 of 2" in terminal.getvalue()
    assert [record.message for record in caplog.records] == ["too few cells"]
    after = package.level, package.propagate, list(package.handlers), list(root.handlers)
    assert after == before


def test_the_caller_s_level_holds_for_the_caller_s_handlers(monkeypatch, caplog):
    terminal = use_terminal(monkeypatch)
    with caplog.at_level(logging.INFO, logger="spinn"), progress(2) as bar:
        log.info("stage 1 of 2")
        bar.update()
    assert "stage 1 of 2:   0%" in terminal.getvalue()
    assert [record.message for record in caplog.records] == ["stage 1 of 2"]


def test_messages_for_the_terminal_stand_on_lines_of_their_own(monkeypatch):
    terminal = use_terminal(monkeypatch)
    with progress(2):
        log.warning("too few cells")
    assert "\rtoo few cells\n" in terminal.getvalue()
