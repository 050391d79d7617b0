"""Examples: views of cells, the cells that scores use, and narrowing that changes a copy."""

import numpy as np
import pytest
import torch

from spinn.networks.batches import Examples, is_on, views
from spinn.networks.rows import Rows
from spinn.preparation.thinning import thin
from tests.support.cells import make_data

DATA = make_data(30, 8)


def numbered(n_cells, n_views):
    """Examples whose inputs are the numbers of view and cell, their targets the cell's."""
    one, cells = torch.ones(2), torch.arange(float(n_cells))
    inputs = [
        Rows(one, one, torch.stack([torch.full((n_cells,), float(view)), cells], 1))
        for view in range(n_views)
    ]
    return Examples(tuple(inputs), (cells,) * n_views, n_cells)


@pytest.mark.parametrize(
    ("n_cells", "n_views", "wanted", "expected"),
    [
        (9, 1, 5, [0, 2, 4, 6, 8]),
        (9, 2, 10, [0, 2, 4, 6, 8]),
        (9, 2, 7, [0, 4, 8]),
        (8, 1, 4, [0, 2, 5, 7]),
        (9, 4, 2, [0]),
        (4, 2, 99, [0, 1, 2, 3]),
    ],
)
def test_cells_for_scores_are_spread_evenly_over_cells_and_views(
    n_cells, n_views, wanted, expected
):
    spread = numbered(n_cells, n_views).spread(wanted)
    assert len(spread) == n_views
    for view, (x, y) in enumerate(spread):
        assert x.tolist() == [[view, cell] for cell in expected]
        assert y.tolist() == expected


def test_narrowed_inputs_leave_the_examples_as_they_were():
    examples, cells = numbered(5, 2), torch.arange(5)
    kept = examples.keep(torch.tensor([1]))
    assert kept.batch(1, cells)[0].tolist() == [[cell] for cell in range(5)]
    assert torch.equal(kept.batch(1, cells)[1], examples.batch(1, cells)[1])
    assert examples.batch(1, cells)[0].shape == (5, 2)


def test_each_half_is_read_once_and_predicted_once():
    halves = thin(DATA, n_splits=2, seed=4)
    expected = [pair for a, b in halves for pair in ((a, b), (b, a))]
    for pair, wanted in zip(views(DATA, "split", 2, 4), expected, strict=True):
        assert all((one != other).nnz == 0 for one, other in zip(pair, wanted, strict=True))
    for noise in ("hidden", "none"):
        assert views(DATA, noise, 2, 4) == [(DATA.values, DATA.values)]


def test_is_on_say_what_is_on():
    values = DATA.values.copy()
    on = is_on(values)
    np.testing.assert_array_equal(on.toarray(), DATA.values.toarray() > 0)
    assert on.dtype == values.dtype
    assert (values != DATA.values).nnz == 0
