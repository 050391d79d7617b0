"""Weights of cells and seeds: their variance."""

import numpy as np
import pytest

from spinn.statistics.resampling import Resampling


@pytest.mark.parametrize("n_units", [2, 3, 8])
def test_few_seeds_and_donors_vary_by_the_unbiased_variance(n_units):
    values = np.random.default_rng(n_units).normal(size=n_units)
    random = Resampling("key", 20_000)
    donors = np.vstack(list(random.cells(0, np.arange(n_units).astype(str), n_units)))
    for weights in (random.seeds(0, n_units), donors / donors.sum(axis=1, keepdims=True)):
        np.testing.assert_allclose(weights[0], 1 / n_units)
        np.testing.assert_allclose(weights.sum(axis=1), 1)
        spread = np.var(weights[1:] @ values)
        assert spread == pytest.approx(values.var(ddof=1) / n_units, rel=0.05)
    assert (random.seeds(0, 1) == 1).all()
