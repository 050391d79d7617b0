"""Wilson's interval against scipy's, its coverage, and its messages."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from spinn.statistics.proportions import wilson


@given(st.integers(1, 200), st.floats(0, 1), st.sampled_from([0.01, 0.05, 0.2]))
def test_wilson_agrees_with_scipy(n, share, error):
    hits = round(share * n)
    expected = scipy.stats.binomtest(hits, n).proportion_ci(1 - error, method="wilson")
    assert wilson(hits / n, n, error=error) == pytest.approx((expected.low, expected.high))


def test_all_or_none_of_few_trials_is_not_certainty():
    low, high = wilson([0.0, 1.0], 20)
    assert low.tolist() == pytest.approx([0, 0.839], abs=1e-3)
    assert high.tolist() == pytest.approx([0.161, 1], abs=1e-3)
    assert wilson(1.0, 20, error=0.05 / 100)[0] < low[1]


@pytest.mark.parametrize("truth", [0.05, 0.5])
def test_it_covers_as_often_as_it_says(truth):
    hits = np.random.default_rng(0).binomial(50, truth, size=4000)
    low, high = wilson(hits / 50, 50)
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(0.95, abs=0.03)


def test_impossible_proportions_are_refused():
    with pytest.raises(ValueError, match=r"error must lie in \(0, 1\), got 0"):
        wilson(0.5, 10, error=0)
    for share, n in ((1.1, 10), (-0.1, 10), (0.5, 0)):
        with pytest.raises(ValueError, match=r"shares must lie in 0..1 with at least one trial"):
            wilson(share, n)
