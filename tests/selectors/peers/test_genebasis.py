"""geneBasis against a slow second way, and what it prefers."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from spinn.constraints.constraints import Constraints
from spinn.selectors.peers import genebasis as module
from spinn.selectors.peers.genebasis import JITTER
from tests.support.cells import from_counts, make_data, permuted
from tests.support.selectors import choose as select

choose = partial(select, "genebasis")


def naive(data, size, seed):
    """Rebuild every graph, and predict every gene in every cell, one at a time."""
    values = data.of("train").values.toarray().astype(float)
    jitter = JITTER * np.random.default_rng(seed).normal(size=(len(values), 1))

    def distances(read):
        near = NearestNeighbors(n_neighbors=5).fit(read).kneighbors(return_distance=False)
        total = np.zeros(values.shape[1])
        for gene in range(values.shape[1]):
            for cell in range(len(values)):
                off = values[cell, gene] - values[near[cell], gene].mean()
                total[gene] += abs(off) ** 3
        return total ** (1 / 3)

    true = distances(PCA(min(50, values.shape[1])).fit_transform(values))
    chosen, losses = [], []
    while len(chosen) < size:
        loss = distances(np.hstack([values[:, chosen], jitter])) - true
        loss[chosen] = -np.inf
        chosen.append(int(loss.argmax()))
        losses.append(loss.max())
    return chosen, losses


@pytest.mark.parametrize("seed", range(2))
def test_it_adds_the_gene_that_neighbours_predict_worst(seed):
    data = make_data(60, 10, seed=seed)
    chosen, losses = naive(data, 5, seed)
    path = choose(data, sizes=[5], seed=seed)
    assert path.of_size(5).genes == tuple(data.genes[i] for i in chosen)
    np.testing.assert_allclose([place.score for place in path.ranking], losses, rtol=1e-3)


def three_programmes(seed):
    """Twelve genes: the first four follow one programme, and so on."""
    rng = np.random.default_rng(seed)
    rate = np.exp(1.5 + rng.normal(size=(600, 3)))
    counts = sp.csr_matrix(rng.poisson(np.repeat(rate, 4, axis=1) * 5).astype(np.int32))
    return from_counts(counts, total=np.full(600, 10_000))


def test_a_twin_of_a_chosen_gene_comes_last():
    """One gene of each programme is taken before a second of any."""
    genes = choose(three_programmes(0), sizes=[3]).of_size(3).genes
    assert {int(gene[1:]) // 4 for gene in genes} == {0, 1, 2}


def test_required_genes_shape_what_is_added():
    """With the first two of three programmes required, the third is added."""
    path = choose(three_programmes(1), sizes=[3], constraints=Constraints(required=("g05", "g02")))
    first, second, third = path.of_size(3).genes
    assert (first, second) == ("g05", "g02")
    assert int(third[1:]) // 4 == 2


def test_cells_beyond_the_limit_are_left_out_evenly(monkeypatch):
    data = make_data(100)
    monkeypatch.setattr(module, "N_CELLS", 20)
    train = data.of("train")
    used = module._values(train)
    every = train.values.toarray()
    at = [int(np.flatnonzero((every == row).all(axis=1))[0]) for row in used]
    assert at[0] == 0
    assert at[-1] == train.n_cells - 1
    assert len(at) == 20
    assert max(np.diff(at)) - min(np.diff(at)) <= 1


def test_panels_are_nested_and_the_order_of_genes_does_not_matter():
    data = make_data(n_cells=200)
    path = choose(data, sizes=[6, 3])
    assert path.of_size(3).genes == path.of_size(6).genes[:3]
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    assert set(choose(shuffled, sizes=[6]).of_size(6).genes) == set(path.of_size(6).genes)
