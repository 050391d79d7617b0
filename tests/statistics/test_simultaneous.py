"""Statements about many differences at once: right on null cases, sharp on planted ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.statistics.simultaneous import (
    critical_value,
    model_confidence_set,
    standard_error,
)
from spinn.statistics.tiers import compare, interval

N_CELLS, N_BOOTSTRAP, N_RUNS = 150, 200, 300


def drawn(values: np.ndarray, seed: int) -> np.ndarray:
    """Means of `values` (selectors, cells) over all cells, then over resampled ones."""
    n = values.shape[1]
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=N_BOOTSTRAP)
    return values @ np.vstack([np.ones(n), weights]).T / n


def equals(n_selectors: int, seed: int) -> np.ndarray:
    """Selectors of the same quality; cells and selectors contribute equal variance."""
    random = np.random.default_rng([seed, n_selectors])
    return random.normal(size=N_CELLS) + random.normal(size=(n_selectors, N_CELLS))


def intervals(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals that hold together."""
    reach = critical_value(differences) * standard_error(differences)
    return differences[..., 0] - reach, differences[..., 0] + reach


def tiers_of(draws: np.ndarray, direction: str) -> list[int]:
    by_name = {f"s{i}": values for i, values in enumerate(draws)}
    rows = compare(by_name, direction, tiers=True)
    return [row["tier"] for row in rows]


@pytest.mark.parametrize("n_selectors", [2, 10])
def test_of_equal_selectors_one_is_rejected_in_five_of_a_hundred_runs(n_selectors):
    lost, lost_pointwise = 0, 0
    for seed in range(N_RUNS):
        draws = drawn(equals(n_selectors, seed), seed)
        lost += max(tiers_of(draws, "lower" if seed % 2 else "higher")) > 1
        against_best = draws - draws[draws[:, 0].argmin()]
        lost_pointwise += any(interval(values)[0] > 0 for values in against_best)
    assert 0.02 <= lost / N_RUNS <= 0.10
    if n_selectors == 10:  # what single intervals against the best would claim
        assert lost_pointwise / N_RUNS > 0.4


def test_planted_differences_are_found_and_only_they():
    right = 0
    for seed in range(50):
        values = equals(9, seed)
        values[3:6] += 0.6  # about five standard errors of a paired difference
        values[6:] += 1.4
        tiers = tiers_of(drawn(values, seed), "lower")
        assert min(tiers[3:]) > 1
        right += tiers == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert right >= 40


def test_rejected_selectors_do_not_shield_the_others():
    """Among hopeless ones a selector is rejected that a single test of all pairs would keep."""
    values = equals(3, 4)
    while model_confidence_set(three := drawn(values, 4)).all():
        values[2] += 0.02
    hopeless = 40 + 30 * np.random.default_rng(0).normal(size=(40, N_CELLS))
    crowd = drawn(np.vstack([values, hopeless]), 4)
    np.testing.assert_array_equal(model_confidence_set(crowd)[:3], model_confidence_set(three))
    pairs = three[:, None] - three
    error = standard_error(pairs)
    worst = np.divide(pairs[..., 0], error, out=np.zeros((3, 3)), where=error > 0).max()
    assert worst < critical_value(crowd[:, None] - crowd)


@given(seed=st.integers(0, 200), n_selectors=st.integers(1, 6))
def test_the_best_always_stays_and_order_and_scale_do_not_matter(seed, n_selectors):
    draws = drawn(equals(n_selectors, seed) + np.linspace(0, 1, n_selectors)[:, None], seed)
    kept = model_confidence_set(draws)
    assert kept[draws[:, 0].argmin()]
    order = np.random.default_rng(seed).permutation(n_selectors)
    np.testing.assert_array_equal(model_confidence_set(draws[order]), kept[order])
    np.testing.assert_array_equal(model_confidence_set(8 * draws + 3), kept)


def test_critical_value_is_the_loop_and_two_sided_normal_for_one():
    differences = drawn(equals(5, 1), 1).reshape(5, 1, -1)
    error = [np.std(values[0, 1:]) for values in differences]
    largest = [
        max(abs(d[0, draw] - d[0, 0]) / se for d, se in zip(differences, error, strict=True))
        for draw in range(1, N_BOOTSTRAP + 1)
    ]
    assert critical_value(differences) == pytest.approx(np.quantile(largest, 0.95))
    normal = np.concatenate([[0], np.random.default_rng(0).normal(size=20_000)])
    assert critical_value(normal) == pytest.approx(1.96, abs=0.03)
    assert critical_value(np.stack([normal] * 7)) == pytest.approx(critical_value(normal))


def test_intervals_hold_together():
    outside = outside_pointwise = 0
    for seed in range(N_RUNS):
        differences = drawn(equals(8, seed), seed)
        low, high = intervals(differences)
        outside += bool(np.any((low > 0) | (high < 0)))
        ends = np.array([interval(difference) for difference in differences])
        outside_pointwise += bool(np.any((ends[:, 0] > 0) | (ends[:, 1] < 0)))
    assert 0.02 <= outside / N_RUNS <= 0.10
    assert outside_pointwise / N_RUNS > 0.12


def test_what_does_not_vary_is_compared_exactly():
    draws = drawn(equals(1, 0), 0)
    assert model_confidence_set(np.vstack([draws, draws])).all()
    assert model_confidence_set(np.vstack([draws, draws + 0.01])).tolist() == [True, False]
    assert model_confidence_set(np.vstack([draws, draws * (1 + 1e-15)])).all()
    assert critical_value(np.zeros((3, 11))) == 0
    assert standard_error(np.full(11, 0.3)) == 0


def test_missing_draws_are_left_out():
    draws = drawn(equals(2, 0), 0)[0]
    holes = np.concatenate([draws, np.full(5, np.nan)])
    assert standard_error(holes) == pytest.approx(standard_error(draws))
    family = np.stack([holes, np.full_like(holes, np.nan)])
    low, high = intervals(family)
    assert low[0] < draws[0] < high[0]
    assert np.isnan([low[1], high[1]]).all()
    gone = np.concatenate([[1.0], np.full(5, np.nan)])
    assert np.isnan(intervals(gone)).all()
