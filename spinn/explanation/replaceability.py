"""What is lost when a gene's probe fails, and which gene would restore most of it.

All in closed form from the moments of training cells: no network, no refit.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from spinn.arrays import Floats, Integers
from spinn.preparation.moments import RIDGE, Moments


@dataclass(frozen=True)
class Replaceability:
    """How much of the targets' variance depends on each gene of a panel.

    Parameters
    ----------
    loss
        Shape (panel,): rise of the panel's linear FVU when the gene drops out, at least 0.
    restored
        Shape (genes, panel): how much of that loss a gene makes up for when it replaces the dropped
        gene, counting only what the latter explained. 0 for genes of the panel.
    regained
        Shape (genes, panel): how much the FVU falls by the replacement, counting all that it
        explains. 0 for genes of the panel.
    """

    loss: Floats
    restored: Floats
    regained: Floats


def replaceability(moments: Moments, panel: Integers) -> Replaceability:
    """Return how replaceable each gene of a panel, by position, is for the best linear predictor.

    Moments are those of split molecules of training cells, so that noise explains nothing.

    Notes
    -----
    With G, C and the targets' total variance V, the panel S, P the inverse of G_SS and B = P C_S
    the coefficients, the linear FVU is 1 - tr(C_S' B) / V. Without gene i it is higher by
    |B_i|^2 / (P_ii V), the partial sum of squares of i: what i adds to the others' prediction
    points along b = B_i / |B_i|. Let U = G_.S P, D = C - G_.S B, v_j = G_jj - U_j G_Sj. Of gene j,
    given the rest R = S - i, there is left

        d_ji = D_j + U_ji B_i / P_ii   of its covariance with the targets, and
        v_ji = v_j + U_ji^2 / P_ii     of its variance.

    So j regains |d_ji|^2 / (v_ji V), and (b d_ji)^2 / (v_ji V) of it along b: that is restored.
    Where targets share the inputs' noise, the panel's own genes are no targets, and j gets no
    credit for itself (as in `spinn.selectors.baselines.greedy_split`).
    """
    gram = moments.gram[:, panel]
    factor = scipy.linalg.cho_factor(gram[panel] + RIDGE * np.eye(len(panel)))
    inverse = scipy.linalg.cho_solve(factor, np.eye(len(panel)))
    cross, total = moments.cross, float(moments.variance.sum())
    if moments.own_noise:
        cross = cross.copy()
        cross[:, panel] = 0.0
        total -= float(moments.variance[panel].sum())
    total = max(total, np.finfo(float).tiny)  # a panel of all genes leaves nothing to explain
    pivot = np.diag(inverse)
    coefficients = inverse @ cross[panel]
    power = (coefficients**2).sum(axis=1)

    u = gram @ inverse
    left = cross - gram @ coefficients
    shift = u / pivot
    along = left @ coefficients.T  # D_j B_i; the genes x panel x targets of d_ji are never held
    explained = (left**2).sum(axis=1)[:, None] + 2 * shift * along + shift**2 * power
    along += shift * power
    if moments.own_noise:
        itself = np.diag(left)[:, None] + shift * coefficients.T
        explained -= itself**2
        along -= itself * coefficients.T
    variance = np.diag(moments.gram) + RIDGE - (u * gram).sum(axis=1)
    scale = np.maximum(variance[:, None] + u**2 / pivot, RIDGE) * total
    regained = np.maximum(explained, 0.0) / scale
    restored = along**2 / np.maximum(power, np.finfo(float).tiny) / scale
    regained[panel] = restored[panel] = 0.0
    return Replaceability(power / pivot / total, restored, regained)
