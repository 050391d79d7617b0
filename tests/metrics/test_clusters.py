"""Clusters at every number, and agreement against scikit-learn."""

from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from spinn.metrics import clusters
from spinn.metrics.clusters import COARSE, FINE, MAX_RUNS, agreement, nmi, partitions
from spinn.metrics.neighbors import neighbors
from tests.support.blobs import blobs


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
    with pytest.raises(ValueError, match=r"the same cells, got \(2,\) and \(3,\)"):
        nmi([0, 1], [0, 1, 2])


def test_numbers_that_one_side_misses_are_left_out():
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert agreement({5: a, 6: a}, {5: a, 7: b}, COARSE) == 1
    assert agreement({5: a, 6: a}, {5: a, 6: b}, COARSE) == pytest.approx(0.5)
    assert np.isnan(agreement({5: a}, {6: a}, COARSE))
    assert np.isnan(agreement({5: a}, {5: a}, FINE))


@pytest.fixture
def leiden():
    pytest.importorskip("graspologic_native", reason="needs the lock's Leiden: make setup")


@pytest.mark.usefixtures("leiden")
def test_planted_clusters_are_found_at_their_number():
    near = neighbors(blobs(8), 15)
    labels_at = partitions(near, seed=0)
    assert nmi(labels_at[8], np.arange(600) % 8) == pytest.approx(1)
    assert set(labels_at) <= {*COARSE, *FINE}
    for number, labels in labels_at.items():
        assert sorted(set(labels.tolist())) == list(range(number))
    again = partitions(near, seed=0)
    assert labels_at.keys() == again.keys()
    assert all((labels_at[n] == again[n]).all() for n in labels_at)


@pytest.mark.usefixtures("leiden")
def test_most_numbers_are_met_within_a_limited_number_of_runs(monkeypatch):
    runs = Mock(side_effect=clusters._leiden)
    monkeypatch.setattr(clusters, "_leiden", runs)
    random = np.random.default_rng(1)
    many = partitions(neighbors(random.normal(size=(900, 4)), 15), seed=0)
    assert runs.call_count <= MAX_RUNS
    assert len(many) > 40
    runs.reset_mock()
    few = partitions(neighbors(random.normal(size=(40, 4)), 15), seed=0)  # never 60 clusters
    assert runs.call_count <= MAX_RUNS
    assert set(few) <= {*COARSE, *FINE}
