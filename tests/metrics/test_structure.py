"""What is kept of neighbourhoods and clusters: all by all genes, next to nothing by noise."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.metrics.structure import kept, structure
from tests.support.blobs import blobs
from tests.support.cells import QUICK
from tests.support.judging import DATA, PANELS, judged


def test_without_clusters_only_the_share_is_computed():
    whole = structure(blobs(3), clusters=False, seed=0)
    assert whole.near.shape[1] == 15
    per_cell, overall = kept(whole, whole)
    assert (set(per_cell), overall) == ({"knn_share"}, {})


@pytest.fixture
def leiden():
    pytest.importorskip("graspologic_native", reason="needs the lock's Leiden: make setup")


@pytest.mark.usefixtures("leiden")
def test_a_panel_of_everything_keeps_everything_and_noise_nothing():
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


@pytest.mark.usefixtures("leiden")
def test_panels_are_judged_by_clusters_where_configured():
    _, rows, cells = judged(DATA, settings=replace(QUICK, clusters=True))
    assert set(cells.mean) == {"knn_share", "knn_overlap"}
    assert cells.mean["knn_overlap"].shape == cells.mean["knn_share"].shape
    metrics = {(row["metric"], row["size"]) for row in rows}
    assert {("cluster_counts", panel.size) for panel in PANELS} <= metrics
    plain = {row["metric"] for row in judged(DATA)[1]}
    assert not any(name.startswith(("cluster", "knn_overlap")) for name in plain)
