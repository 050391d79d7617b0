"""The interval of an AUROC: that of DeLong, wider for few cells and for few donors."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu, t

from spinn.profiles.separation import separation
from spinn.statistics.auroc import auroc_with_interval

SCORES = arrays(np.float64, st.integers(1, 12), elements=st.integers(-3, 3).map(float))


@given(SCORES, SCORES)
def test_the_interval_holds_the_auroc_and_turns_with_it(one, other):
    auroc, low, high = auroc_with_interval(one, other)
    assert auroc == pytest.approx(mannwhitneyu(one, other).statistic / len(one) / len(other))
    assert 0 <= low <= auroc <= high <= 1
    assert auroc_with_interval(other, one) == pytest.approx((1 - auroc, 1 - high, 1 - low))


def test_the_interval_is_that_of_genes_but_for_students_quantile():
    rng = np.random.default_rng(0)
    one, other = rng.normal(0.5, size=80), rng.normal(size=120)
    auroc, low, high = auroc_with_interval(one, other)
    genes = separation(sp.csr_matrix(np.r_[one, other][:, None]), np.repeat([0, 1], [80, 120]), 2)
    error = t.sf(t.isf(0.025, 199), 1e9)  # of a normal quantile as far out
    assert auroc == pytest.approx(genes.auroc[0, 1, 0])
    assert low == pytest.approx(genes.lower_bound(error)[0, 1, 0], abs=2e-4)
    assert 1 - high == pytest.approx(genes.lower_bound(error)[1, 0, 0], abs=2e-4)


def test_few_cells_are_never_sure():
    assert auroc_with_interval(np.ones(3), np.zeros(3))[1] < 0.5
    assert 0.85 < auroc_with_interval(np.ones(30), np.zeros(300))[1] < 0.95


def test_a_side_without_cells_has_no_auroc():
    assert np.isnan(auroc_with_interval(np.array([]), np.ones(3))).all()


def test_the_interval_holds_the_truth_in_about_95_of_100_samples():
    rng = np.random.default_rng(1)
    truth = 0.7602499  # of two normals of variance 1 whose means differ by 1
    held = []
    for _ in range(400):
        _, low, high = auroc_with_interval(rng.normal(1, size=25), rng.normal(size=60))
        held.append(low <= truth <= high)
    assert 0.93 <= np.mean(held) <= 1


def test_cells_that_follow_their_donor_leave_a_wider_interval():
    rng = np.random.default_rng(2)
    donor = np.repeat(np.arange(8), 30)
    of_donor = rng.normal(size=8)[donor]
    one, other = rng.normal(1, size=240) + 2 * of_donor, rng.normal(size=240)
    names = donor.astype(str)
    alone, together = (auroc_with_interval(one, other, b) for b in (None, (names, names)))
    assert together[0] == alone[0]
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])
    by_cells = tuple(np.arange(480).astype(str).reshape(2, 240))
    assert auroc_with_interval(one, other, by_cells) == alone
    only = np.full(240, "d0")
    assert auroc_with_interval(one, other, (only, only)) == alone
