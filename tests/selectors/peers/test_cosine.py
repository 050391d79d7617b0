"""Markers by the cosine: the score against plain loops, and what it prefers."""

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.selectors.peers.cosine import cosine_scores
from tests.support.cells import from_counts, make_data
from tests.support.selectors import choose, genes_of


def naive(values, labels):
    """COSG in its own terms, mu = 1: cosines, their squares' shares among types, the product."""
    types = sorted(set(labels))
    table = np.zeros((len(types), values.shape[1]))
    for g, gene in enumerate(values.T):
        length = np.sqrt((gene**2).sum())
        if not length:
            continue
        ones = [(labels == kind).astype(float) for kind in types]
        cos = np.array([gene @ one / (length * np.sqrt((one**2).sum())) for one in ones])
        table[:, g] = cos**2 / (cos**2).sum() * cos
    return table


@pytest.mark.parametrize("absent", [None, 1])
def test_scores_are_those_of_plain_loops(absent):
    data = make_data()
    data.values.data[data.values.indices == 4] = 0  # a silent gene
    train = data.of("train")
    if absent is not None:
        train.labels[train.labels == absent] = 0
    expected = naive(train.values.toarray().astype(float), train.labels)
    np.testing.assert_allclose(cosine_scores(train), expected, atol=1e-7)
    assert not cosine_scores(train)[:, 4].any()


def test_each_type_s_gene_is_taken_before_one_that_is_on_everywhere():
    labels = np.arange(300) % 3
    counts = np.random.default_rng(0).poisson(0.2, size=(300, 20))
    for kind, gene in enumerate((7, 3, 12)):
        counts[labels == kind, gene] += 5
    counts[:, 9] += 40
    data = from_counts(sp.csr_matrix(counts.astype(np.int32)), labels=labels)
    genes = genes_of("cosine", data, sizes=[3], task="classification")
    assert genes == ("g07", "g03", "g12")


def test_panels_are_nested():
    path = choose("cosine", make_data(), sizes=[5, 3])
    assert path.of_size(3).genes == path.of_size(5).genes[:3]
