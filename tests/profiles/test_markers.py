"""Which genes are markers of which type."""

from dataclasses import replace

import anndata as ad
import numpy as np
import pytest
import scipy.sparse as sp

from spinn.preparation.preprocess import expression_data, prepare
from spinn.profiles.markers import marker_sets
from spinn.profiles.siblings import siblings
from tests.support.cells import TYPES, from_counts, make_data, scrambled

B, NK, T = TYPES


def planted(n_cells=(90, 90, 90), *, seed=0, n_genes=30):
    """Noise, but for g00 in B, g01 in NK and T alike, g02 in T and g03, a little, in T."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), n_cells)
    rate = np.full((3, n_genes), 0.5)
    rate[0, 0] = rate[1, 1] = rate[2, 1] = rate[2, 2] = 4
    rate[2, 3] = 1.5
    counts = sp.csr_matrix(rng.poisson(rate[labels]).astype(np.int32))
    part = np.where(np.arange(len(labels)) % 3 == 2, "test", "train")
    total = np.full(len(labels), 1000)  # other genes make cells alike: no gene's rise lowers others
    return from_counts(counts, total=total, labels=labels, part=part)


def test_the_planted_genes_are_markers_best_first():
    markers = marker_sets(planted())
    assert markers == {B: ("g00",), NK: (), T: ("g02", "g03")}


def test_a_gene_of_two_types_is_a_marker_where_they_are_no_siblings():
    apart = marker_sets(planted(), {B: [NK], NK: [B], T: [NK, B]})
    assert apart[NK] == ("g01",)
    assert apart[T] == ("g02", "g03")
    assert marker_sets(planted(), {B: [NK, T]}) == {B: ("g00",), NK: (), T: ()}


def test_only_surer_markers_are_left_with_a_higher_threshold():
    assert marker_sets(planted(), min_auroc=0.85)[T] == ("g02",)
    for wrong in (0.5, 1.0):
        with pytest.raises(ValueError, match=f"min_auroc must lie in .0.5, 1., got {wrong}"):
            marker_sets(planted(), min_auroc=wrong)


def test_chance_makes_no_markers_in_rare_types():
    rng = np.random.default_rng(3)
    for n_rare in (3, 5, 8, 20):
        counts = sp.csr_matrix(rng.poisson(0.3, size=(300, 1000)).astype(np.int32))
        labels = np.r_[np.zeros(n_rare), np.ones(n_rare), np.full(300 - 2 * n_rare, 2)]
        data = from_counts(
            counts,
            total=np.full(300, 1000),
            labels=labels.astype(np.int64),
            part=np.full(300, "train"),
        )
        markers = marker_sets(replace(data, genes=tuple(f"g{i:04d}" for i in range(1000))))
        assert not any(markers.values())


def test_a_gene_of_all_cells_that_is_a_little_higher_is_no_marker():
    rng = np.random.default_rng(4)
    labels = np.repeat(np.arange(3), 300)
    counts = rng.poisson(np.where(labels == 0, 115, 100)[:, None], size=(900, 1)).astype(np.int32)
    counts = sp.csr_matrix(np.hstack([counts, rng.poisson(1, size=(900, 5))]).astype(np.int32))
    data = from_counts(counts, total=np.full(900, 1000), labels=labels, part=np.full(900, "train"))
    assert marker_sets(data)[B] == ()


def test_every_type_is_named_and_test_cells_play_no_part():
    data = planted()
    assert marker_sets(data) == marker_sets(scrambled(data, "test", "valid"))
    without = replace(data, part=np.where(data.labels == 1, "test", data.part))
    assert marker_sets(without)[NK] == ()
    with pytest.raises(ValueError, match="markers need labels"):
        marker_sets(replace(make_data(), labels=None), {})


def real(path, split):
    """Prepare real cells with the default filters."""
    filters = {"min_cells": 10, "min_genes": 0, "target_sum": 1e4, "n_top_genes": 2000}
    made = prepare(
        ad.read_h5ad(path),
        dataset={"values": "counts", "label": "cell_type"},
        preprocess=filters,
        split={"valid": 0.1, "test": 0.2},
        repeat=split,
    )
    return expression_data(made)


@pytest.mark.slow
@pytest.mark.parametrize("split", range(3))
def test_the_known_markers_of_blood_cells_are_markers(shared_data, split):
    data = real(shared_data("pbmc3k.h5ad"), split)
    assert siblings(data)["CD4 T cells"] == ("CD8 T cells", "NK cells")
    markers = marker_sets(data)
    assert {"IL7R", "LTB", "CCR7"} <= set(markers["CD4 T cells"])
    assert {"CD8A", "CD8B", "GZMK"} <= set(markers["CD8 T cells"])
    assert {"MS4A1", "CD79A"} <= set(markers["B cells"])
    assert {"PPBP", "PF4"} <= set(markers["Megakaryocytes"])  # 10 training cells
    assert {"FCER1A", "CLEC10A"} <= set(markers["Dendritic cells"])
    everywhere = {"MALAT1", "TMSB4X", "B2M"}
    assert not everywhere & set(markers["CD4 T cells"])
