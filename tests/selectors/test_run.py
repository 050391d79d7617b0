"""Cells that were opened for a selector without a network have neither problem nor base model."""

import pytest

from spinn.selectors.choose import open_cells
from tests.support.cells import QUICK, make_data


def test_cells_for_a_network_hold_the_problem_and_one_base_model_per_gate_and_seed():
    cells = open_cells("bernoulli-rfe", make_data(), "reconstruction", QUICK)
    assert cells.problem.genes == cells.data.genes
    base, cost = cells.base("bernoulli", 3)
    assert cells.base("bernoulli", 3)[0] is base
    assert cells.base("open", 3)[0] is not base
    assert cost.seconds == 0  # it was trained in this process, which measures it


def test_other_cells_refuse_to_give_them():
    cells = open_cells("greedy", make_data(), "reconstruction", QUICK)
    with pytest.raises(TypeError, match="these cells were opened for a selector without a network"):
        _ = cells.problem
    with pytest.raises(TypeError, match=r"these cells have no base model \(open gate, seed 2\)"):
        cells.base("open", 2)
