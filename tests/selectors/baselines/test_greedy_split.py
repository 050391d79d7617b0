"""greedy_split: greedy where molecules are many, and blind to noise where they are few."""

import numpy as np
import pytest

from tests.support.cells import from_counts, make_data
from tests.support.linear import naive_without_self, standardised
from tests.support.selectors import genes_of


@pytest.mark.parametrize("task", ["reconstruction", "classification"])
def test_it_equals_greedy_where_there_is_no_noise(task):
    data = make_data()
    deep = from_counts(data.counts * 10_000, labels=data.labels, part=data.part)
    assert genes_of("greedy_split", deep, task=task) == genes_of("greedy", deep, task=task)


def test_a_gene_that_is_noise_alone_comes_last():
    data = make_data(n_cells=600)
    noisy = data.counts.toarray()
    noisy[:, 5] = np.random.default_rng(0).poisson(4, size=600)
    data = from_counts(type(data.counts)(noisy), labels=data.labels, part=data.part)
    assert genes_of("greedy_split", data, sizes=[20])[-1] == "g05"


@pytest.mark.parametrize("seed", range(3))
def test_without_counts_a_gene_gets_no_credit_for_itself(seed):
    data = make_data(n_genes=12, seed=seed, counts=False)
    expected = [data.genes[i] for i in naive_without_self(*standardised(data), 6)]
    assert list(genes_of("greedy_split", data)) == expected
