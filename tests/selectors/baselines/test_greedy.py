"""greedy against least squares solved gene by gene."""

import pytest

from tests.support.cells import make_data
from tests.support.linear import indicators, naive_greedy, standardised
from tests.support.selectors import genes_of


@pytest.mark.parametrize("seed", range(3))
def test_it_is_forward_selection_by_least_squares(seed):
    data = make_data(n_genes=12, seed=seed)
    expected = [data.genes[i] for i in naive_greedy(*standardised(data), 5)]
    assert list(genes_of("greedy", data, sizes=[5])) == expected


def test_for_classes_it_explains_their_indicators():
    data = make_data(n_genes=12)
    x, _ = standardised(data)
    expected = [data.genes[i] for i in naive_greedy(x, indicators(data), 4)]
    assert list(genes_of("greedy", data, sizes=[4], task="classification")) == expected
