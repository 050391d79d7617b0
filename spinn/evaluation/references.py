"""Random panels expressed like another one: what a panel must beat."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spinn.arrays import Floats
from spinn.data import ExpressionData
from spinn.panel import Panel

NEAREST = 10


def matched_random(
    data: ExpressionData,
    panel: Sequence[str],
    *,
    seed: int,
    nearest: int = NEAREST,
    base: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return a random panel that matches another in mean and detection, gene by gene.

    Each gene is replaced by one of the ``nearest`` genes not drawn yet, genes of the panel
    included: without them, the most expressed genes would have no match. Near is the Euclidean
    distance of the two columns of `expression`, each in its standard deviations over genes. Genes
    of the ``base`` are not drawn.
    """
    rng = np.random.default_rng(seed)
    place = expression(data)
    place = place / np.maximum(place.std(axis=0), np.finfo(float).tiny)
    free = np.ones(data.n_genes, dtype=bool)
    free[data.positions(base)] = False
    drawn: list[int] = []
    for gene in data.positions(panel):
        distance = np.where(free, np.square(place - place[gene]).sum(axis=1), np.inf)
        near = np.argsort(distance, kind="stable")[: min(nearest, int(free.sum()))]
        drawn.append(int(rng.choice(near)))
        free[drawn[-1]] = False
    return tuple(data.genes[i] for i in drawn)


def reference(data: ExpressionData, name: str, seed: int, matched: Sequence[Panel]) -> list[Panel]:
    """Return the panels of `ceiling`, all genes, or of one draw of `floor`, numbered by its seed.

    The floor's panels match nested ones, large to small. Test cells are not used.
    """
    if name == "ceiling":
        return [Panel(data.genes)]
    largest = matched_random(data, matched[0].genes, seed=seed, base=matched[0].base)
    return [replace(panel, genes=largest[: len(panel.genes)]) for panel in matched]


def expression(data: ExpressionData) -> Floats:
    """Return each gene's mean and detection in the training cells, shape (genes, 2).

    The mean is of log-normalised values, detection the share of cells that have the gene.
    """
    train = data.of("train").values
    n_cells_with = np.bincount(train.indices[train.data > 0], minlength=data.n_genes)
    return np.column_stack([data.mean, n_cells_with / train.shape[0]])
