"""Leiden clusters of cells at every wanted number, and the agreement of two clusterings."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from spinn.arrays import Floats, Integers

COARSE, FINE = range(5, 21), range(21, 61)
"""Numbers of clusters, as Spapros takes them."""

MAX_RUNS = 64  # of Leiden per graph
ITERATIONS = 2


def partitions(neighbors: Integers, *, seed: int) -> dict[int, Integers]:
    """Return Leiden partitions by number of clusters, each cell's cluster in shape (cells,).

    Numbers are in 5..60; one that no resolution gave in `MAX_RUNS` runs is absent. ``neighbors``,
    shape (cells, k), holds each cell's nearest others; two cells are joined where either is near
    the other. A seed gives the same partitions on every machine.

    Notes
    -----
    The resolution is halved from 1 until there are at most 5 clusters and doubled until there are
    at least 60; then the pair of neighbouring resolutions with most missing numbers between them
    is bisected (geometrically), until none is missing or the runs are used up.

    References
    ----------
    Traag, Waltman and van Eck, From Louvain to Leiden, Sci. Rep. 9, 2019. Kuemmerle et al. 2024,
    Spapros (doi:10.1038/s41592-024-02496-z), metric cluster_similarity.
    """
    graph = _graph(neighbors)
    wanted = set(COARSE) | set(FINE)
    met: dict[int, Integers] = {}
    count_at: dict[float, int] = {}

    def visit(resolution: float) -> None:
        labels = _leiden(graph, resolution, seed)
        count_at[resolution] = count = int(labels.max()) + 1
        if count in wanted:
            met.setdefault(count, labels)

    visit(1.0)
    while count_at[low := min(count_at)] > min(wanted) and len(count_at) < MAX_RUNS // 4:
        visit(low / 2)
    while count_at[high := max(count_at)] < max(wanted) and len(count_at) < MAX_RUNS // 2:
        visit(high * 2)
    while len(count_at) < MAX_RUNS and (between := _widest(count_at, wanted - met.keys())):
        visit(float(np.sqrt(between[0] * between[1])))
    return dict(sorted(met.items()))


def agreement(
    reference: Mapping[int, Integers], other: Mapping[int, Integers], numbers: range
) -> float:
    """Return the mean NMI of two sets of partitions over the numbers of clusters both have.

    NaN where they share none of ``numbers``.
    """
    shared = [nmi(reference[n], other[n]) for n in numbers if n in reference and n in other]
    return float(np.mean(shared)) if shared else float("nan")


def nmi(first: ArrayLike, second: ArrayLike) -> float:
    """Return the mutual information of two partitions over the mean of their entropies, in 0..1.

    1 where both have one cluster only: they agree.
    """
    first, second = np.asarray(first, np.int64), np.asarray(second, np.int64)
    if first.shape != second.shape:
        raise ValueError(f"both must label the same cells, got {first.shape} and {second.shape}")
    joint: Floats = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(joint, (first, second), 1 / first.size)
    entropies = _entropy(joint.sum(axis=1)) + _entropy(joint.sum(axis=0))
    if entropies == 0:
        return 1.0
    return float(min(2 * (entropies - _entropy(joint)) / entropies, 1.0))


def _entropy(share: Floats) -> float:
    positive = share[share > 0]
    return float(-(positive * np.log(positive)).sum())


def _graph(neighbors: Integers) -> sp.csr_matrix:
    """Return the symmetric graph of neighbours, all weights 1."""
    n_cells, k = neighbors.shape
    rows = np.repeat(np.arange(n_cells), k)
    near = sp.csr_matrix((np.ones(rows.size), (rows, neighbors.ravel())), shape=(n_cells, n_cells))
    return sp.csr_matrix(near.maximum(near.T))


def _leiden(graph: sp.csr_matrix, resolution: float, seed: int) -> NDArray[np.int64]:
    """Return each cell's cluster, numbered from 0 without gaps."""
    import graspologic_native

    _, cluster_of = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        iterations=ITERATIONS,
        seed=seed,
    )
    labels = [cluster_of[cell] for cell in range(graph.shape[0])]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _widest(count_at: Mapping[float, int], missing: set[int]) -> tuple[float, float] | None:
    """Return the neighbouring resolutions with most missing numbers between their counts."""
    best, widest = None, 0
    for one, other in pairwise(sorted(count_at)):
        fewest, most = sorted((count_at[one], count_at[other]))
        n_missing = sum(fewest < number < most for number in missing)
        if n_missing > widest and other / one > 1 + 1e-6:
            best, widest = (one, other), n_missing
    return best
