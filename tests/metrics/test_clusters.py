"""Clusters at every number, agreement against scikit-learn, and larger neighbourhoods by hand."""

from dataclasses import replace

import numpy as np
import pytest
import spinn.judging.clusters
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from spinn.metrics.clusters import COARSE, FINE, MOST_RUNS, agreement, nmi, partitions
from spinn.metrics.neighbors import knn_overlap, neighbors
from spinn.metrics.structure import kept, structure
from tests.support.cells import QUICK
from tests.support.judging import DATA, PANELS, judged


def blobs(n_blobs: int, *, n_cells: int = 600, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    centres = random.normal(scale=8, size=(n_blobs, 6))
    return centres[np.arange(n_cells) % n_blobs] + random.normal(size=(n_cells, 6))


@given(st.integers(2, 40), st.integers(0, 1000))
def test_nmi_agrees_with_scikit_learn(n, seed):
    random = np.random.default_rng(seed)
    first, second = random.integers(5, size=n), random.integers(4, size=n)
    expected = normalized_mutual_info_score(first, second, average_method="arithmetic")
    assert nmi(first, second) == pytest.approx(expected, abs=1e-9)
    assert nmi(first, second) == pytest.approx(nmi(second, first))
    assert nmi(first, (first + 1) % 5) == pytest.approx(1)


def test_nmi_of_single_clusters_and_of_other_cells():
    assert nmi([0, 0, 0], [0, 0, 0]) == 1
    assert nmi([0, 0, 1], [0, 0, 0]) == 0
    with pytest.raises(ValueError, match=r"the same cells, came \(2,\) and \(3,\)"):
        nmi([0, 1], [0, 1, 2])


@given(st.integers(0, 200), st.integers(5, 12))
def test_overlap_is_the_mean_over_k_of_shares(seed, most):
    random = np.random.default_rng(seed)
    one, other = (np.stack([random.permutation(40)[:most] for _ in range(7)]) for _ in range(2))
    expected = [
        np.mean([len({*a[:k]} & {*b[:k]}) / k for k in range(5, 31) if k <= most])
        for a, b in zip(one, other, strict=True)
    ]
    np.testing.assert_allclose(knn_overlap(one, other), expected)
    np.testing.assert_allclose(knn_overlap(one, one), 1)


def test_overlap_does_not_depend_on_memory(monkeypatch):
    near = neighbors(blobs(3, n_cells=90), 20)
    other = neighbors(blobs(3, n_cells=90, seed=1), 20)
    whole = knn_overlap(near, other)
    monkeypatch.setattr("spinn.metrics.neighbors._BLOCK", 1)
    np.testing.assert_allclose(knn_overlap(near, other), whole, rtol=1e-12)


def test_overlap_says_what_it_needs():
    one = np.zeros((3, 4), dtype=np.int64)
    with pytest.raises(ValueError, match="at least 5 neighbours are needed, came 4"):
        knn_overlap(one, one)
    with pytest.raises(ValueError, match="the same cells and k"):
        knn_overlap(one, one[:, :3])


def test_numbers_that_one_side_misses_are_left_out():
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert agreement({5: a, 6: a}, {5: a, 7: b}, COARSE) == 1
    assert agreement({5: a, 6: a}, {5: a, 6: b}, COARSE) == pytest.approx(0.5)
    assert np.isnan(agreement({5: a}, {6: a}, COARSE))
    assert np.isnan(agreement({5: a}, {5: a}, FINE))


def test_without_clusters_only_the_share_is_computed():
    whole = structure(blobs(3), clusters=False, seed=0)
    assert whole.near.shape[1] == 15
    per_cell, overall = kept(whole, whole)
    assert (set(per_cell), overall) == ({"knn_share"}, {})


@pytest.fixture
def _leiden():
    pytest.importorskip("graspologic_native", reason="needs the lock's Leiden: make setup")


@pytest.mark.usefixtures("_leiden")
class TestLeiden:
    def test_planted_clusters_are_found_at_their_number(self):
        near = neighbors(blobs(8), 15)
        found = partitions(near, seed=0)
        assert nmi(found[8], np.arange(600) % 8) == pytest.approx(1)
        assert set(found) <= {*COARSE, *FINE}
        for number, labels in found.items():
            assert sorted(set(labels.tolist())) == list(range(number))
        again = partitions(near, seed=0)
        assert found.keys() == again.keys()
        assert all((found[n] == again[n]).all() for n in found)

    def test_most_numbers_are_met_within_bounded_runs(self, monkeypatch):
        calls, leiden = [], spinn.metrics.clusters._leiden
        counting = lambda *given: calls.append(1) or leiden(*given)  # noqa: E731
        monkeypatch.setattr(spinn.metrics.clusters, "_leiden", counting)
        random = np.random.default_rng(1)
        found = partitions(neighbors(random.normal(size=(900, 4)), 15), seed=0)
        assert len(calls) <= MOST_RUNS
        assert len(found) > 40
        calls.clear()
        few = partitions(neighbors(random.normal(size=(40, 4)), 15), seed=0)  # never 60 clusters
        assert len(calls) <= MOST_RUNS
        assert set(few) <= {*COARSE, *FINE}

    def test_a_panel_of_everything_keeps_everything_and_noise_nothing(self):
        whole = structure(blobs(12), clusters=True, seed=0)
        per_cell, overall = kept(whole, whole)
        assert set(per_cell) == {"knn_share", "knn_overlap"}
        assert all(np.allclose(values, 1) for values in per_cell.values())
        assert overall["cluster_nmi_coarse"] == overall["cluster_nmi_fine"] == 1
        random = np.random.default_rng(0).normal(size=(600, 6))
        per_cell, overall = kept(whole, structure(random, clusters=True, seed=0))
        assert per_cell["knn_overlap"].mean() < 0.1
        assert overall["cluster_nmi_coarse"] < 0.15
        assert 0 < overall["cluster_counts"] <= 1

    def test_panels_are_judged_by_clusters_where_asked(self):
        _, rows, cells = judged(DATA, settings=replace(QUICK, clusters=True))
        assert set(cells.mean) == {"knn_share", "knn_overlap"}
        assert cells.mean["knn_overlap"].shape == cells.mean["knn_share"].shape
        metrics = {(row["metric"], row["size"]) for row in rows}
        assert {("cluster_counts", panel.size) for panel in PANELS} <= metrics
        plain = {row["metric"] for row in judged(DATA)[1]}
        assert not any(name.startswith(("cluster", "knn_overlap")) for name in plain)
