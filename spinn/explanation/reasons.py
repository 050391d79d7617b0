"""Why each gene of a recommended panel is there, in words and numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spinn.data import ExpressionData
from spinn.panel import Panel

N_CORRELATED = 3
COLUMNS = ("gene", "rank", "why", "frequency", "selector", "seed")


def reasons(
    data: ExpressionData, panel: Panel, others: Sequence[Panel], *, selector: str, seed: int
) -> pd.DataFrame:
    """Return one row per gene of a panel: gene, rank, why, frequency, selector, seed.

    Parameters
    ----------
    data
        Prepared cells; only the training cells are used.
    panel
        The recommended panel.
    others
        Panels of the same size by all other runs except those of `random`.
    selector, seed
        The run that the panel comes from.

    Returns
    -------
    DataFrame
        ``why`` names the genes outside the panel that correlate most with the gene, the type in
        which it is highest, and how many of ``others`` hold it; ``frequency`` is that share.
    """
    train = data.of("train")
    inside = data.positions(panel.genes)
    correlation = _correlation(train, inside)
    correlation[:, inside] = 0.0
    rows = []
    for rank, (gene, at, r) in enumerate(zip(panel.genes, inside, correlation, strict=True), 1):
        strongest = [i for i in np.argsort(-np.abs(r), kind="stable")[:N_CORRELATED] if r[i]]
        names = ", ".join(f"{data.genes[i]} (r {r[i]:.2f})" for i in strongest)
        words = [f"correlates with {names}" if names else "no gene outside the panel follows it"]
        if train.labels is not None:
            column = train.values[:, [at]].toarray().ravel()
            means = [_mean(column[train.labels == c]) for c in range(len(train.classes))]
            words.append(f"highest in {train.classes[int(np.argmax(means))]}")
        times = sum(gene in other.genes for other in others)
        words.append(f"in {times} of {len(others)} other panels of this size")
        rows.append(
            {
                "gene": gene,
                "rank": rank,
                "why": "; ".join(words),
                "frequency": times / max(len(others), 1),
                "selector": selector,
                "seed": seed,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _mean(values: NDArray[np.floating]) -> float:
    return float(values.mean()) if len(values) else -np.inf


def _correlation(train: ExpressionData, inside: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return correlations of the genes ``inside`` with all genes, shape (panel, genes)."""
    columns = train.values[:, inside].toarray().astype(np.float64)
    centred = columns - columns.mean(axis=0)
    product = np.asarray((train.values.T @ centred).T) / train.n_cells
    scale = np.outer(centred.std(axis=0), train.std)
    return product / np.where(scale > 0, scale, np.inf)
