"""geneBasis: the genes without which a panel would get the cells' neighbours wrong."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.metrics.neighbors import neighbors, principal_components
from spinn.panel import PanelPath, ranked_path
from spinn.selectors.run import Run, TrainingCells

N_NEIGHBORS = 5
N_COMPONENTS = 50
ORDER = 3  # of the Minkowski distance: the few cells that are badly wrong weigh most
# More cells cost more than they add: a step's time grows with their square.
N_CELLS = 3000
# Small against the difference of any two log-normalised values of a gene.
JITTER = 1e-4


ENTRY = {
    "name": "genebasis",
    "kind": "peer",
    "order": 1,
    "takes": "the gene that the panel's neighbour graph predicts worst, step by step",
    "source": "Missarova et al. 2021",
    "is_random": True,
    "marker": "<",
}


def choose(cells: TrainingCells, run: Run) -> PanelPath:
    """Add, one by one, the gene that the panel's neighbours predict worst against the true ones.

    The true neighbours of a cell are the 5 nearest on 50 principal components of all genes, the
    panel's those on the panel's genes. A gene is predicted in a cell by its mean over the
    neighbours; the gene added is that of the largest d_panel - d_true, d the Minkowski distance of
    order 3 over cells between values and predictions.

    Cells that no panel gene separates are neighbours at random, by the seed; so are all cells
    before the first gene, and no other start is needed. Panels of over 50 genes are compared on
    their genes too, not on components of them. At most 3,000 training cells, evenly spaced, are
    used. The task is not.

    References
    ----------
    Missarova et al. 2021, geneBasis (doi:10.1186/s13059-021-02548-z).
    """
    data, constraints = cells.data, run.constraints
    constraints.check_sizes(run.sizes, data.genes)
    values = _values(data.of("train"))
    k = min(N_NEIGHBORS, len(values) - 1)
    true = _distances(values, neighbors(principal_components(values, N_COMPONENTS), k))
    jitter = JITTER * np.random.default_rng(run.seed).normal(size=(len(values), 1))
    forced = constraints.required_positions(data.genes).tolist()
    allowed = np.zeros(data.n_genes, dtype=bool)
    allowed[constraints.candidate_positions(data.genes)] = True
    chosen: list[int] = []
    losses: list[float] = []
    for step in range(max(run.sizes)):
        read = np.hstack([values[:, chosen], jitter])
        loss = _distances(values, neighbors(read, k)) - true
        best = int(np.where(allowed, loss, -np.inf).argmax())
        pick = forced[step] if step < len(forced) else best
        allowed[pick] = False
        chosen.append(pick)
        losses.append(float(loss[pick]))
    return ranked_path([data.genes[i] for i in chosen], losses, run.sizes)


def _values(train: ExpressionData) -> NDArray[np.float32]:
    rows = np.linspace(0, train.n_cells - 1, min(train.n_cells, N_CELLS)).round().astype(np.int64)
    dense: NDArray[np.float32] = train.values[rows].toarray()
    return dense


def _distances(values: NDArray[np.float32], near: Integers) -> Floats:
    """Return each gene's Minkowski distance to its mean over every cell's neighbours.

    ``values`` has shape (cells, genes), ``near`` (cells, k); the result (genes,).
    """
    n_cells, k = near.shape
    weights = np.full(near.size, 1 / k, dtype=np.float32)
    graph = sp.csr_matrix((weights, near.ravel(), np.arange(0, near.size + 1, k)))
    graph.resize(n_cells, n_cells)
    off = np.abs(values - graph @ values)
    return (off**ORDER).sum(axis=0, dtype=np.float64) ** (1 / ORDER)
