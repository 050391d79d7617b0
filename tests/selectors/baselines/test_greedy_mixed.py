"""greedy_mixed: nine parts genes, one part cell types, whatever the task."""

import numpy as np
import pytest

from spinn.selectors.baselines import greedy_mixed
from tests.support.cells import from_counts, make_data
from tests.support.linear import indicators, naive_greedy, standardised
from tests.support.selectors import TASKS, genes_of


@pytest.mark.parametrize("task", TASKS)
def test_it_explains_genes_and_types_nine_to_one(task):
    data = make_data(n_genes=12)
    data = from_counts(data.counts * 10_000, labels=data.labels, part=data.part)
    x, genes = standardised(data)
    parts = [(genes, 0.9), (indicators(data), 0.1)]
    y = np.hstack([np.sqrt(weight / y.var(0).sum()) * y for y, weight in parts])
    expected = [data.genes[i] for i in naive_greedy(x, y, 5)]
    assert list(genes_of("greedy_mixed", data, sizes=[5], task=task)) == expected


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("weight", "task"), [(0, "reconstruction"), (1, "classification")])
def test_it_lies_between_the_two_tasks(monkeypatch, weight, task, counts):
    data = make_data(counts=counts)
    monkeypatch.setattr(greedy_mixed, "TYPE_WEIGHT", weight)
    assert genes_of("greedy_mixed", data) == genes_of("greedy_split", data, task=task)
