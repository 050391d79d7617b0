"""Groups of genes whose signals are the same: planted ones are found, through the noise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from spinn.records.tables import read_table
from spinn.stability.interchangeable import THRESHOLD, interchangeable, signal_correlation
from tests.support.cells import from_counts, make_data, permuted, scrambled, without_counts

N_CELLS = 2000


def twins(*, deep=False, seed=0):
    """Genes 0 to 3 follow one programme, 4 against it, 5 to 7 another; eight follow nothing."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(2, N_CELLS, 1))
    level = np.concatenate(
        [one * [1, 1, 1, 1, -1], other * [1, 1, 1], np.zeros((N_CELLS, 8))], axis=1
    )
    counts = rng.poisson(np.exp((5.0 if deep else 1.0) + 0.8 * level))
    counts = np.column_stack([counts, rng.poisson(400, size=(N_CELLS, 1))])  # an even library
    return from_counts(sp.csr_matrix(counts.astype(np.int32)), seed=seed)


def test_planted_groups_are_found_through_the_noise():
    data = twins()
    raw = np.corrcoef(data.values.toarray(), rowvar=False)
    assert np.abs(raw[:5, :5] - np.eye(5)).max() < THRESHOLD  # noise hides them
    table = interchangeable(data)
    assert list(table.columns) == ["gene", "group", "size"]
    assert table["gene"].tolist() == list(data.genes)
    group = table["group"].to_numpy()
    assert len(set(group[:5])) == 1
    assert len(set(group[5:8])) == 1
    assert table["size"].tolist() == [5] * 5 + [3] * 3 + [1] * 9
    assert group[0] != group[5]


def test_noise_alone_makes_no_group():
    rng = np.random.default_rng(0)
    counts = sp.csr_matrix(rng.poisson(2, size=(400, 60)).astype(np.int32))
    assert (interchangeable(from_counts(counts))["size"] == 1).all()


def test_deep_cells_correlate_as_their_values_do():
    data = twins(deep=True)
    train = data.of("train")
    signal = signal_correlation(train)[:8, :8]
    raw = np.corrcoef(train.values.toarray(), rowvar=False)[:8, :8]
    np.testing.assert_allclose(signal, raw, atol=0.05)
    np.testing.assert_allclose(signal, signal.T)
    assert (np.diag(signal) == 1).all()
    values = signal_correlation(without_counts(train))
    np.testing.assert_allclose(values[:8, :8], raw, atol=1e-6)


def test_only_training_cells_are_used_and_the_order_of_genes_does_not_matter():
    data = twins()
    assert interchangeable(scrambled(data, "valid", "test")).equals(interchangeable(data))
    order = np.random.default_rng(0).permutation(data.n_genes)
    values = without_counts(data)  # molecules are thinned gene by gene, so the noise would differ
    moved = interchangeable(permuted(values, order), threshold=0.3).set_index("gene")["group"]
    there = interchangeable(values, threshold=0.3).set_index("gene")["group"][moved.index]
    same = np.equal.outer(moved.to_numpy(), moved.to_numpy())
    np.testing.assert_array_equal(same, np.equal.outer(there.to_numpy(), there.to_numpy()))


def test_the_table_survives_its_file(tmp_path):
    data = replace(make_data(), genes=("NA", *make_data().genes[1:]))
    table = interchangeable(data)
    table.to_csv(tmp_path / "groups.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "groups.csv"), table, check_dtype=False)
    assert table["gene"][0] == "NA"
    assert interchangeable(make_data(60, 1))["group"].tolist() == [0]


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_any_two_of_a_group_are_alike(threshold):
    data = twins(seed=2)
    r = np.abs(signal_correlation(data.of("train")))
    group = interchangeable(data, threshold=threshold)["group"].to_numpy()
    same = np.equal.outer(group, group)
    assert same.sum() > data.n_genes
    assert r[same].min() >= threshold - 1e-9
