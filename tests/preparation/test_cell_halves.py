"""Halves of the training cells: complementary, fair to types and donors; and permuted genes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.preparation.cell_halves import cell_halves, permute_genes, with_training_moments
from tests.support.cells import make_data, without_counts

DATA = make_data(130, 12)


@given(st.integers(0, 50))
def test_two_halves_make_the_whole_and_every_type_is_in_both(seed):
    halves = list(cell_halves(DATA, n_pairs=2, seed=seed))
    assert len(halves) == 4
    train = DATA.of("train")
    for one, other in (halves[:2], halves[2:]):
        ones, others = one.of("train"), other.of("train")
        assert not set(ones.cells) & set(others.cells)
        assert set(ones.cells) | set(others.cells) == set(train.cells)
        for kind in range(len(DATA.classes)):
            assert abs((ones.labels == kind).sum() - (others.labels == kind).sum()) <= 1
        for half in (one, other):
            rest = half.of("valid", "test")
            assert set(rest.cells) == set(DATA.of("valid", "test").cells)
            values = half.of("train").values.toarray().astype(np.float64)
            np.testing.assert_allclose(half.mean, values.mean(0), rtol=1e-5)
            np.testing.assert_allclose(half.std, values.std(0), rtol=1e-4, atol=1e-5)
    assert set(halves[0].cells) != set(halves[2].cells)


def test_which_half_has_the_odd_cell_is_random():
    one_type = replace(DATA, labels=None, classes=())
    first = [next(cell_halves(one_type, n_pairs=1, seed=seed)).of("train") for seed in range(40)]
    sizes = {half.n_cells for half in first}
    n = DATA.of("train").n_cells
    assert sizes == ({n // 2} if n % 2 == 0 else {n // 2, n // 2 + 1})


def test_whole_donors_are_divided_where_there_are_enough():
    donors = np.array([f"d{i % 5}" for i in range(DATA.n_cells)])
    one, other = cell_halves(replace(DATA, donors=donors), n_pairs=1, seed=0)
    here, there = (set(half.of("train").donors) for half in (one, other))
    assert not here & there
    assert here | there == set(donors)
    few = replace(DATA, donors=np.array([f"d{i % 3}" for i in range(DATA.n_cells)]))
    one, other = cell_halves(few, n_pairs=1, seed=0)
    assert set(one.of("train").donors) == set(other.of("train").donors)


@pytest.mark.parametrize("counts", [True, False])
def test_permuting_keeps_each_gene_s_values_and_all_other_cells(counts):
    data = DATA if counts else without_counts(DATA)
    permuted = permute_genes(data, seed=3)
    matrix, other = (data.counts, permuted.counts) if counts else (data.values, permuted.values)
    train = data.part == "train"
    np.testing.assert_allclose(
        np.sort(matrix.toarray()[train], axis=0), np.sort(other.toarray()[train], axis=0)
    )
    assert (matrix[~train] != other[~train]).nnz == 0
    assert (matrix[train] != other[train]).nnz > 0
    assert permuted.labels is data.labels
    again = permute_genes(data, seed=3)
    assert (again.values != permuted.values).nnz == 0
    assert (permute_genes(data, seed=4).values != permuted.values).nnz > 0
    assert permuted.fingerprint() != data.fingerprint()


def test_permuted_molecules_are_normalised_again():
    permuted = permute_genes(DATA, seed=0)
    outside = DATA.total_counts - np.asarray(DATA.counts.sum(axis=1)).ravel()
    total = outside + np.asarray(permuted.counts.sum(axis=1)).ravel()
    np.testing.assert_array_equal(permuted.total_counts, total)
    expected = np.log1p(permuted.counts.toarray() / total[:, None] * DATA.target_sum)
    np.testing.assert_allclose(permuted.values.toarray(), expected, rtol=1e-5)


def test_permuting_destroys_correlations_and_differences_of_types():
    data = make_data(2000, 12)
    train = data.of("train")
    before = np.abs(np.corrcoef(train.values.toarray(), rowvar=False) - np.eye(12)).max()
    after = permute_genes(without_counts(data), seed=0).of("train").values.toarray()
    assert before > 0.5
    assert np.abs(np.corrcoef(after, rowvar=False) - np.eye(12)).max() < 0.12
    apart = [
        np.ptp([x[train.labels == kind].mean(0) for kind in range(3)], axis=0).max()
        for x in (train.values.toarray(), after)
    ]
    assert apart[1] < 0.25 * apart[0]


def test_a_gene_that_is_constant_in_a_half_has_a_harmless_scale():
    data = with_training_moments(replace(DATA, values=DATA.values * 0))
    assert (data.std == 1).all()
    assert (data.mean == 0).all()
