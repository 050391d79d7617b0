"""Several differences judged at once: the studentised max-T over bootstrap draws.

Everywhere here a difference is an array whose last axis holds the estimate, then its draws, and
whose other axes belong to one family: all statements about it hold together in 95 % of samples.

References
----------
Romano and Wolf, Exact and approximate stepdown methods for multiple hypothesis testing, JASA 100,
2005 (Algorithm 4.2 is the stepdown of max-T statistics). Hansen, Lunde and Nason, The model
confidence set, Econometrica 79, 2011 (the set of those that may be best).
"""

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats

LEVEL = 0.95
_EXACT = 1e-12  # draws that vary by less than this share of the largest value do not vary at all


def model_confidence_set(losses: Floats) -> NDArray[np.bool_]:
    """Return which candidates are not significantly worse than the best, shape (candidates,).

    Losses have shape (candidates, 1 + draws), the estimates first, lower is better, no NaN
    estimate.

    Notes
    -----
    By stepdown. A candidate is rejected when it is worse than another by more standard errors of
    their paired difference than the critical value: the 95 % quantile over draws of the largest
    such number among all pairs if no two differed. Without the rejected ones the family is smaller,
    so the rest is tested again. Asymptotically the best stays, and of equals all stay, in at least
    95 % of samples, however many candidates there are.
    """
    left = np.arange(len(losses))
    rounding = _rounding(losses)
    while len(left) > 1:
        pairs = losses[left, None] - losses[left]
        pairs[np.abs(pairs) <= rounding] = 0.0
        worst = _statistics(pairs).max(axis=1)
        out = worst > critical_value(pairs)
        if not out.any():
            break
        left = left[~out]
    return np.isin(np.arange(len(losses)), left)


def critical_value(differences: Floats) -> float:
    """Return the 95 % quantile of the family's largest absolute studentised deviation.

    Estimates plus and minus so many standard errors are intervals that hold together. NaN draws are
    left out; 0 where nothing varies.
    """
    deviation = np.abs(differences[..., 1:] - differences[..., :1])
    error = standard_error(differences)[..., None]
    studentised = np.divide(deviation, error, out=np.zeros_like(deviation), where=error > 0)
    known = np.where(np.isnan(studentised), 0.0, studentised)
    largest = known.reshape(-1, deviation.shape[-1]).max(axis=0, initial=0.0)
    return float(np.quantile(largest, LEVEL))


def standard_error(differences: Floats) -> Floats:
    """Return the standard deviation of the draws, shape ``differences.shape[:-1]``.

    Exactly 0 where the draws differ by rounding only; NaN where there is no estimate or no draw.
    """
    drawn = differences[..., 1:]
    known = ~np.isnan(drawn)
    count = known.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, drawn, 0).sum(axis=-1) / count
        square = np.where(known, np.square(drawn - mean[..., None]), 0).sum(axis=-1) / count
    error = np.where(np.isnan(differences[..., 0]), np.nan, np.sqrt(square))
    return np.where(error <= _rounding(differences), 0.0, error)


def _statistics(differences: Floats) -> Floats:
    """Return estimates in standard errors; 0 or infinite for what does not vary."""
    estimate, error = differences[..., 0], standard_error(differences)
    exact = np.where(np.abs(estimate) <= _rounding(differences), 0.0, np.copysign(np.inf, estimate))
    return np.divide(estimate, error, out=exact, where=error > 0)


def _rounding(values: Floats) -> float:
    return _EXACT * float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
