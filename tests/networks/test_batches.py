"""Examples: views of cells, the cells that scores use, and narrowing that changes a copy."""

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

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


@pytest.mark.parametrize("at", ["cpu", "cuda"])
def test_cells_on_a_gpu_are_taken_by_an_index_on_either_device(at):
    """Tensors without numbers: no GPU is needed, and devices that do not fit still fail."""
    with FakeTensorMode():
        one, values = torch.ones(3, device="cuda"), torch.ones(9, 3, device="cuda")
        examples = Examples((Rows(one, one, values),), (torch.ones(9, device="cuda"),), 9)
        x, y = examples.batch(0, torch.arange(4, device=at))
        assert (x.shape, y.shape) == ((4, 3), (4,))
        assert x.device.type == y.device.type == "cuda"


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
