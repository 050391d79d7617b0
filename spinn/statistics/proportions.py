"""Intervals of a proportion."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from spinn.arrays import Floats


def wilson(share: ArrayLike, n: ArrayLike, *, error: float = 0.05) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of proportions in 0..1, each end in 0..1.

    ``n`` are the trials behind each, at least 1, and ``error`` the chance that an interval misses
    the truth, in (0, 1), half of it at either end. For all of m proportions together: divide it by
    m (Bonferroni).

    References
    ----------
    Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927.
    """
    share, n = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not 0 < error < 1:
        raise ValueError(f"error must lie in (0, 1), got {error}")
    if np.any((share < 0) | (share > 1)) or np.any(n < 1):
        raise ValueError("shares must lie in 0..1 with at least one trial each")
    z2 = float(ndtri(error / 2)) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * share * (1 - share) / n + z2**2 / (4 * n**2)) / (1 + z2 / n)
    # It holds the share itself, at 0 and 1 but for rounding.
    return np.minimum(centre - half, share).clip(0), np.maximum(centre + half, share).clip(None, 1)
