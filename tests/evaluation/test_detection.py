"""Detection loss: which molecules are lost, and from what is read only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.evaluation.detection import SPREAD, Detection
from spinn.networks.batches import views
from spinn.preparation.thinning import thin
from tests.support.cells import from_counts, without_counts
from tests.support.judging import DATA


@given(level=st.floats(0.001, 1), other=st.floats(0.001, 1), seed=st.integers(0, 99))
def test_a_gene_has_the_same_factor_at_all_levels(level, other, seed):
    one, two = (Detection(share, seed).efficiency(30) for share in (level, other))
    assert ((one > 0) & (one <= 1)).all()
    if level < 1 and other < 1:
        free = (one < 1) & (two < 1)
        np.testing.assert_allclose(one[free] / level, two[free] / other)


def test_efficiencies_are_log_normal_around_the_level():
    efficiency = np.log(Detection(0.01, 0).efficiency(20_000))
    assert np.median(efficiency) == pytest.approx(np.log(0.01), abs=0.02)
    assert efficiency.std() == pytest.approx(SPREAD, rel=0.02)
    assert (Detection(1, 0).efficiency(5) == 1).all()


@pytest.mark.parametrize("level", [0.0, -0.5, 1.5])
def test_levels_out_of_range_are_refused(level):
    with pytest.raises(ValueError, match=r"an efficiency must lie in \(0, 1\], got"):
        Detection(level, 0)


@pytest.mark.parametrize("noise", ["split", "none"])
def test_at_full_detection_cells_are_as_they_are(noise):
    pairs = Detection(1, 3).views(DATA, noise, n_splits=2, seed=7)
    expected = views(DATA, noise, 2, 7)
    assert len(pairs) == len(expected)
    for pair, wanted in zip(pairs, expected, strict=True):
        for one, other in zip(pair, wanted, strict=True):
            assert abs(one - other).max() < 1e-6


def test_molecules_are_lost_gene_by_gene_and_only_where_they_are_read():
    counts = np.random.default_rng(0).poisson(30, size=(2000, 6)).astype(np.int32)
    data = from_counts(type(DATA.counts)(counts), total=np.full(2000, 1000))
    loss = Detection(0.4, 1)
    pairs = loss.views(data, "split", n_splits=1, seed=5)
    ((one, other),) = thin(data, n_splits=1, seed=5)
    halves = [(one, other), (other, one)]
    for (read, wanted), (half, rest) in zip(pairs, halves, strict=True):
        assert abs(wanted - rest).max() == 0
        # Linear values: molecules left over the depth that is left of a typical gene.
        share = np.expm1(read.toarray()).sum(0) * loss.level / np.expm1(half.toarray()).sum(0)
        np.testing.assert_allclose(share, loss.efficiency(6), rtol=0.03)


def test_detection_loss_needs_counts():
    with pytest.raises(ValueError, match="detection loss needs counts"):
        Detection(0.5, 0).views(without_counts(DATA), "none", n_splits=1, seed=0)
