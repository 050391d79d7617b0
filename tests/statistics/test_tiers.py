"""Tiers on null and planted cases, and intervals of one selector's draws."""

import numpy as np
import pytest

from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.tiers import compare, interval
from tests.support.runs import rows_of, run, summary_of


def test_planted_tiers_are_found():
    def planted(name: str, level: float) -> list[RunScores]:
        random = np.random.default_rng(round(level * 1e4))
        noise = np.random.default_rng(0).normal(size=400)  # shared: what pairing takes away
        values = level + noise + 0.02 * random.normal(size=(2, 1, 400))
        block = np.arange(400).astype(str)
        scores = [CellScores(np.array([4]), block, mean={"knn_share": v}) for v in values]
        return [RunScores("d", 0, "t", name, seed, one) for seed, one in enumerate(scores)]

    levels = {"c": 0.5, "a1": 0.7, "a2": 0.7005, "b": 0.6}
    runs = [one for name, level in levels.items() for one in planted(name, level)]
    summary = summary_of(runs, n_bootstrap=200, seed=0).set_index("selector")
    assert summary["tier"].to_dict() == {"c": 3, "a1": 1, "a2": 1, "b": 2}
    # Only the pairing separates them: their intervals overlap.
    assert summary.loc["b", "high"] > summary.loc["a1", "low"]
    assert summary.loc["b", "diff_high"] < 0


def test_equals_share_the_first_tier():
    in_first = []
    for trial in range(20):
        runs = [run(f"{name}{trial}", seed) for name in "abcd" for seed in (0, 1)]
        tiers = rows_of(summary_of(runs, n_bootstrap=150, seed=trial), "macro_f1", 8)["tier"]
        in_first.append((tiers == 1).all())
    assert np.mean(in_first) >= 0.75


def test_intervals_hold_their_estimate_and_skip_missing_draws():
    assert interval(np.array([0.5, 0.6, 0.6, 0.6])) == (0.5, 0.6)
    assert interval(np.array([0.5, np.nan, 0.4])) == pytest.approx((0.4, 0.5))
    assert np.isnan(interval(np.array([np.nan, 0.5]))).all()
    assert np.isnan(interval(np.array([0.5, np.nan]))).all()


def test_a_selector_without_value_has_no_tier():
    draws = {"a": np.array([0.5, 0.5]), "b": np.full(2, np.nan)}
    first, second = compare(draws, "higher", tiers=True)
    assert (first["tier"], second["tier"]) == (1, None)
    assert np.isnan(second["diff_to_best"])
    assert compare({"b": draws["b"]}, "lower", tiers=True)[0]["tier"] is None
