"""Verdicts on the separation of two types."""

import pytest

from spinn.explanation.verdicts import IMPOSSIBLE, MISSED, SEPARATED, UNKNOWN, verdict


@pytest.mark.parametrize(
    ("panel", "all_genes", "words"),
    [
        ((0.95, 0.91, 0.98), (0.99, 0.98, 1.0), SEPARATED),
        ((0.92, 0.85, 0.96), (0.99, 0.98, 1.0), UNKNOWN),
        ((0.70, 0.60, 0.80), (0.95, 0.92, 0.98), MISSED),
        ((0.70, 0.60, 0.80), (0.93, 0.84, 0.97), MISSED),
        ((0.70, 0.60, 0.80), (0.88, 0.84, 0.92), UNKNOWN),
        ((0.85, 0.80, 0.92), (0.75, 0.65, 0.85), UNKNOWN),
        ((0.70, 0.60, 0.80), (0.75, 0.65, 0.85), IMPOSSIBLE),
    ],
)
def test_a_verdict_on_a_panel_needs_its_whole_interval(panel, all_genes, words):
    assert verdict(panel, all_genes) == words
