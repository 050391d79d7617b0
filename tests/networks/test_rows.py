"""Rows: resident or gathered, the same standardised numbers."""

import numpy as np
import pytest
import torch

from spinn.networks import rows
from spinn.networks.rows import standardised_rows
from tests.support.cells import make_data

DATA = make_data(30, 8)
CPU = torch.device("cpu")
EXPECTED = (DATA.values.toarray() - DATA.mean) / DATA.std


def made(resident):
    return standardised_rows(DATA.values, DATA.mean, DATA.std, CPU, resident=resident)


@pytest.mark.parametrize("entries", [0, 100, 2**27])
@pytest.mark.parametrize("resident", [True, False])
def test_rows_and_genes_are_taken_by_index(monkeypatch, entries, resident):
    monkeypatch.setattr(rows, "DENSE_ENTRIES", entries)
    before = DATA.values.copy()
    cells, genes = torch.tensor([4, 0, 4, 29]), torch.tensor([6, 1, 3])
    whole = made(resident)
    np.testing.assert_allclose(whole.take(cells), EXPECTED[cells], rtol=1e-5, atol=1e-6)
    kept = whole.keep(genes)
    expected = EXPECTED[np.ix_(cells, genes)]
    np.testing.assert_allclose(kept.take(cells), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(kept.keep(torch.tensor([2, 0])).take(cells), expected[:, [2, 0]])
    assert kept.take(cells).dtype == torch.float32
    assert (kept.dense is None) == (entries < 30 * 3)
    assert (whole.dense is None) == (not resident or entries < 30 * 8)
    assert (DATA.values != before).nnz == 0


def test_rows_of_the_training_cells_are_standardised():
    train = standardised_rows(DATA.of("train").values, DATA.mean, DATA.std, CPU)
    torch.testing.assert_close(train.dense.mean(0), torch.zeros(8), atol=1e-5, rtol=0)
    torch.testing.assert_close(train.dense.std(0, correction=0), torch.ones(8))
