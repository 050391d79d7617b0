"""Forward selection on second moments, the core of `greedy`, `greedy_split` and `greedy_mixed`."""

import numpy as np

from spinn.panel import PanelPath, ranked_path
from spinn.preparation.moments import RIDGE, Moments
from spinn.selectors.run import Run, TrainingCells


def forward_selection(
    cells: TrainingCells, moments: Moments, run: Run, *, without_self: bool = False
) -> PanelPath:
    """Return the panels of greedy forward column subset selection.

    Each gene in turn is the one with the largest gain ||C_j||^2 / G_jj; then G and C are deflated
    by a pivoted-Cholesky step.

    Parameters
    ----------
    cells
        The genes' names.
    moments
        G, their covariance, and C, that with the targets.
    run
        Required genes come first; candidates obey its constraints.
    without_self
        Whether a gene gets no credit for itself nor for genes already chosen, where the targets are
        the genes read in the same molecules.
    """
    genes, constraints, size = cells.data.genes, run.constraints, max(run.sizes)
    constraints.check_sizes(run.sizes, genes)
    gram = moments.gram
    left, c = np.diag(gram) + RIDGE, moments.cross.copy()
    if without_self:
        np.fill_diagonal(c, 0.0)
    columns = np.zeros((size, len(genes)))
    forced = constraints.required_positions(genes).tolist()
    limits = constraints.limits(genes, run.sizes)
    chosen: list[int] = []
    gains: list[float] = []
    for step in range(size):
        gain = (c**2).sum(axis=1) / np.maximum(left, RIDGE)
        if step < len(forced):
            pick = forced[step]
        else:
            pick = int(np.where(limits.may_join(chosen, size), gain, -np.inf).argmax())
        column = gram[:, pick] - columns[:step].T @ columns[:step, pick]
        column[pick] += RIDGE
        column /= np.sqrt(max(left[pick], RIDGE))
        columns[step] = column
        row = c[pick] / np.sqrt(max(left[pick], RIDGE))
        left = left - column**2
        c -= np.outer(column, row)
        if without_self:
            c[:, pick] = 0.0
            np.fill_diagonal(c, 0.0)
        chosen.append(pick)
        gains.append(float(gain[pick]))
    return ranked_path([genes[i] for i in chosen], gains, run.sizes)
