"""Why each gene of a recommended panel is there, in words and numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.panel import Panel

N_CORRELATED = 3
COLUMNS = ("gene", "rank", "why", "frequency", "selector", "seed")


def reasons(
    data: ExpressionData, panel: Panel, others: Sequence[Panel], *, selector: str, seed: int
) -> pd.DataFrame:
    """Return one row per gene of a panel: gene, rank, why, frequency, selector, seed.

    ``why`` names, from the training cells, the genes outside the panel that correlate most with the
    gene and the type in which it is highest; then how many of ``others``, the panels of this size
    by all other runs except those of `random`, hold it. ``frequency`` is that share, NaN without
    other panels. ``selector`` and ``seed`` are those of the panel.
    """
    train, inside = data.of("train"), data.positions(panel.genes)
    correlation = _correlation(train, inside)
    correlation[:, data.positions(panel.measured)] = 0.0
    rows = []
    for rank, (gene, at, r) in enumerate(zip(panel.genes, inside, correlation, strict=True), 1):
        strongest = [i for i in np.argsort(-np.abs(r), kind="stable")[:N_CORRELATED] if r[i]]
        names = ", ".join(f"{data.genes[i]} (r {r[i]:.2f})" for i in strongest)
        words = [f"correlates with {names}" if names else "no gene outside the panel follows it"]
        if train.labels is not None:
            column = train.values[:, [at]].toarray().ravel()
            means = {c: column[train.labels == c].mean() for c in np.unique(train.labels)}
            words.append(f"highest in {train.classes[max(means, key=means.__getitem__)]}")
        times = sum(gene in other.genes for other in others)
        if others:
            words.append(f"in {times} of {len(others)} other panels of this size")
        frequency = times / len(others) if others else np.nan
        rows.append((gene, rank, "; ".join(words), frequency, selector, seed))
    return pd.DataFrame(rows, columns=COLUMNS)


def _correlation(train: ExpressionData, inside: Integers) -> Floats:
    """Return correlations of the genes ``inside`` with all genes, shape (panel, genes)."""
    columns = train.values[:, inside].toarray().astype(np.float64)
    centred = columns - columns.mean(axis=0)
    product = np.asarray((train.values.T @ centred).T) / train.n_cells
    scale = np.outer(centred.std(axis=0), train.std)
    return product / np.where(scale > 0, scale, np.inf)
