"""Costs add up, and every piece of work has a separate peak of memory."""

from pathlib import Path

import pytest

from spinn.runtime.costs import Cost, measured, peak_mb

MEBI = 2**20
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the system does not report peaks of memory"
)


def test_the_result_of_the_work_is_returned():
    result, cost = measured(lambda: [1, 2])
    assert result == [1, 2]
    assert cost.seconds >= 0


@needs_proc
def test_every_piece_of_work_has_a_separate_peak():
    _, large = measured(lambda: len(bytearray(200 * MEBI)))
    _, small = measured(lambda: None)
    assert large.peak_mb >= 200
    assert small.peak_mb <= large.peak_mb - 150


def test_a_process_that_does_not_exist_has_no_peak():
    assert peak_mb("no such process") is None


def test_costs_one_after_the_other():
    assert Cost(1.0, 5.0) + Cost(2.0, 3.0) == Cost(3.0, 5.0)
    assert Cost(1.0) + Cost(2.0, 3.0) == Cost(3.0, 3.0)
    assert Cost(1.0) + Cost(2.0) == Cost(3.0, None)
