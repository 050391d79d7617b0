"""Quality between floor and ceiling, and among random panels: against numpy and planted truth."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.normalised import normalised, percentile, share_of_ceiling, z_score

N_CELLS = 200
COLUMNS = [
    *("dataset", "task", "size", "metric", "selector", "measure", "value", "low", "high"),
    *("n_null", "n_seeds", "n_splits", "n_blocks"),
]


def run(
    name: str, seed: int, level: float, *, split: int = 0, metric: str = "knn_share"
) -> RunScores:
    """Values around a level per cell; the metric's direction decides which way is up."""
    noise = np.random.default_rng(split).normal(scale=0.2, size=(1, N_CELLS))  # of the cells
    values = level + noise
    block = np.arange(N_CELLS).astype(str)
    sizes = np.array([300 if name == "ceiling" else 8])
    if metric == "knn_share":
        return RunScores(
            "d", split, "t", name, seed, CellScores(sizes, block, mean={metric: values})
        )
    ratio = {metric: np.stack([1 - values, np.ones_like(values)])}
    return RunScores("d", split, "t", name, seed, CellScores(sizes, block, ratio=ratio))


def table(levels: dict[str, float], null: list[float], *, splits=(0,), **options) -> pd.DataFrame:
    runs = [
        run(name, seed, level, split=split, **options)
        for split in splits
        for name, level in levels.items()
        for seed in (0, 1)
    ]
    runs += [
        run("floor", seed, level, split=split, **options)
        for split in splits
        for seed, level in enumerate(null)
    ]
    rows = normalised(bootstrap(runs, n_bootstrap=300, seed=0))
    return rows.set_index(["selector", "measure"])


NULL = np.random.default_rng(5).normal(0.2, 0.05, size=20).tolist()


@pytest.mark.parametrize("metric", ["knn_share", "fvu_split"])
@pytest.mark.parametrize("splits", [(0,), (0, 1)])
def test_measures_are_what_they_say(metric, splits):
    rows = table({"good": 0.5, "ceiling": 0.8}, NULL, metric=metric, splits=splits)
    assert rows.loc["good", "share"]["value"] == pytest.approx(
        (0.5 - np.mean(NULL)) / (0.8 - np.mean(NULL))
    )
    z = (0.5 - np.mean(NULL)) / np.std(NULL, ddof=1)
    assert rows.loc["good", "z"]["value"] == pytest.approx(z)
    assert rows.loc["good", "percentile"]["value"] == pytest.approx(100)
    low, high = rows.loc["good", "percentile"][["low", "high"]]
    assert (low, high) == pytest.approx((83.9, 100), abs=0.1)  # 20 of 20 are not certainty
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    assert (rows["n_null"] == 20).all()
    assert (rows["n_seeds"] == 2).all()
    assert set(rows.reset_index()["selector"]) == {"good"}


def test_the_table_has_its_columns_also_without_a_floor():
    assert set(table({"good": 0.5}, NULL).reset_index().columns) == set(COLUMNS)
    empty = normalised(bootstrap([run("good", 0, 0.5)], n_bootstrap=50, seed=0))
    assert list(empty.columns) == COLUMNS
    assert empty.empty


def test_without_a_ceiling_above_the_floor_there_is_no_share():
    assert "share" not in table({"good": 0.5}, NULL).index.get_level_values("measure")
    level = table({"good": 0.5, "ceiling": float(np.mean(NULL))}, NULL)
    assert np.isnan(level.loc["good", "share"]["value"])


def test_few_random_panels_give_no_z():
    rows = table({"good": 0.5}, NULL[:2])
    assert list(rows.index.get_level_values("measure")) == ["percentile"]


def test_one_more_random_panel_may_have_any_place_among_them():
    """Under the null a percentile is uniform, and a z-score centred."""
    random = np.random.default_rng(3)
    scores, places = [], []
    for _ in range(400):
        panels = random.normal(size=(21, 1))
        weights = np.full((1, 20), 1 / 20)
        scores.append(z_score(panels[0], panels[1:], weights)[0])
        places.append(percentile(panels[0], panels[1:])[0] / 100)
    assert np.mean(scores) == pytest.approx(0, abs=0.15)
    assert np.std(scores) == pytest.approx(1.08, abs=0.15)  # Student's, 19 degrees, times 1.02
    assert scipy.stats.kstest(places, "uniform").statistic < 0.1


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=9), st.floats(-3, 3))
def test_z_and_percentile_agree_with_scipy(null, value):
    panels, weights = np.array(null)[:, None], np.full((1, len(null)), 1 / len(null))
    expected = scipy.stats.percentileofscore(null, value, kind="mean")
    assert percentile(np.array([value]), panels)[0] == pytest.approx(expected)
    spread = np.std(null, ddof=1)
    z = z_score(np.array([value]), panels, weights)[0]
    if spread > 1e-6:
        assert z == pytest.approx((value - np.mean(null)) / spread, rel=1e-6, abs=1e-6)


def test_draws_without_information_are_missing():
    draws = np.array([0.5, 0.5, 0.5])
    floor, ceiling = np.array([0.1, 0.1, 0.1]), np.array([0.9, 0.8, 0.1])
    shares = share_of_ceiling(draws, floor, ceiling)
    np.testing.assert_allclose(shares, [0.5, 0.4 / 0.7, np.nan])
    alone = np.array([[1.0, 0.0, 0.0]])
    assert np.isnan(z_score(draws[:1], np.arange(3.0)[:, None], alone)[0])
