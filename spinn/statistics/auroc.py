"""The AUROC of a score with its interval, by cells or by donors."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from spinn.arrays import Floats

_ERROR = 0.05


def auroc_with_interval(
    one: Floats,
    other: Floats,
    blocks: tuple[NDArray[np.str_], NDArray[np.str_]] | None = None,
) -> tuple[float, float, float]:
    """Return P(one > other) + P(one = other) / 2 and both ends of its 95 % interval, in 0..1.

    Parameters
    ----------
    one, other
        Scores of the cells of either side; all NaN is returned where a side has none.
    blocks
        The donor of each cell of either side, where cells of a donor are alike; None, or a single
        donor: each cell stands for itself.

    Notes
    -----
    The variance is DeLong's: each cell adds the deviation of its placement (the share of the other
    side below it) from the AUROC. Summed by donor it is Obuchowski's. As in
    `spinn.profiles.separation`, one cell above and one below all others is counted more on either
    side, without which few cells that are separated perfectly would be sure. The interval holds the
    AUROC itself.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988. Obuchowski, Nonparametric analysis of
    clustered ROC curve data, Biometrics 53, 1997.
    """
    if not (len(one) and len(other)):
        return (float("nan"),) * 3
    placements = _shares_below(one, other), 1 - _shares_below(other, one)
    estimate = float(placements[0].mean())
    names = np.arange(len(one) + len(other)).astype(str) if blocks is None else np.r_[blocks]
    if len(np.unique(names)) == 1:
        return auroc_with_interval(one, other)
    sides = [np.append(shares, [0.0, 1.0]) for shares in placements]
    deviations = [(side - side.mean()) / len(side) for side in sides]
    unit = np.unique(names, return_inverse=True)[1]
    summed = np.bincount(unit, np.concatenate([part[:-2] for part in deviations]))
    added = np.concatenate([part[-2:] for part in deviations])
    n_units = len(summed)
    variance = n_units / (n_units - 1) * (np.sum(summed**2) + np.sum(added**2))
    half = float(stdtrit(n_units - 1, 1 - _ERROR / 2) * np.sqrt(variance))
    centres = [float(side.mean()) for side in sides]
    low, high = max(0.0, min(centres) - half), min(1.0, max(centres) + half)
    return estimate, min(low, estimate), max(high, estimate)


def _shares_below(cells: Floats, others: Floats) -> Floats:
    """Return the share of others below each cell, equals counted half."""
    ordered = np.sort(others)
    ends = [np.searchsorted(ordered, cells, side) for side in ("left", "right")]
    return (ends[0] + ends[1]) / 2 / len(others)
