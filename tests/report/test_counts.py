"""Counts in words."""

import pandas as pd
import pytest

from spinn.report.counts import behind, count


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([], "0 seeds"), ([1, 1], "1 seed"), ([3], "3 seeds"), ([5, 2], "2 to 5 seeds")],
)
def test_a_range_is_given_where_numbers_differ(numbers, words):
    assert count(pd.Series(numbers, dtype=int), "seed") == words


def test_random_panels_are_counted_apart_and_failed_selectors_not_at_all():
    rows = [("a", 2, 1, 90), ("b", 3, 1, 80), ("floor", 20, 1, 90), ("failed", 0, 0, 0)]
    table = pd.DataFrame(rows, columns=["selector", "n_seeds", "n_splits", "n_blocks"])
    expected = "2 to 3 seeds, 1 split, 80 to 90 donors resampled, 20 random panels"
    assert behind(table, "donors") == expected
    assert behind(table.drop(columns="n_blocks")).count(",") == 2
