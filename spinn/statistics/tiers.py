"""Tiers of selectors: which is best, by how much, and which are not significantly worse."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from spinn.arrays import Floats
from spinn.metrics.registry import Direction
from spinn.statistics.simultaneous import model_confidence_set

REFERENCES = ("floor", "ceiling")
"""Selectors that show what is possible; they can neither be best nor have a tier."""

_COLUMNS = ("selector", "mean", "low", "high", "diff_to_best", "diff_low", "diff_high", "tier")


def compare(
    draws: Mapping[str, Floats], direction: Direction, *, tiers: bool
) -> list[dict[str, Any]]:
    """Return one row per selector: mean, interval, paired difference to the best, tier.

    Draws have shape (1 + n_bootstrap,): the estimate, then its paired bootstrap draws. ``tiers``
    says whether to give tiers; without numbers per cell they would be too optimistic.

    Notes
    -----
    Tier 1 is the model confidence set (`spinn.statistics.simultaneous`): all that are not
    significantly worse than the best when all pairs are tested at once, so that with more selectors
    none is rejected by chance more often. Tier 2 is that of the rest, and so on. Two selectors of
    one tier need not be equal. `diff_low` and `diff_high` are the interval of that one difference
    by itself, and may leave out zero within tier 1.
    """
    left = candidates(draws)
    tier_of: dict[str, int] = {}
    while tiers and left:
        first = model_confidence_set(_sign(direction) * np.stack([*left.values()]))
        tier = 1 + max(tier_of.values(), default=0)
        tier_of |= {name: tier for name, tied in zip(left, first, strict=True) if tied}
        left = {name: values for name, values in left.items() if name not in tier_of}
    best = best_of(draws, direction)
    rows = []
    for name, values in draws.items():
        difference = np.full_like(values, np.nan) if best is None else values - draws[best]
        row = (name, *with_interval(values), *with_interval(difference), tier_of.get(name))
        rows.append(dict(zip(_COLUMNS, row, strict=True)))
    return rows


def interval(draws: Floats) -> tuple[float, float]:
    """Return the 95 % percentile interval of `draws[1:]`, stretched to hold `draws[0]`.

    NaN draws (none of whose cells had some class) are left out; only NaN gives NaN.
    """
    kept = draws[1:][~np.isnan(draws[1:])]
    if np.isnan(draws[0]) or kept.size == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(kept, [2.5, 97.5])
    return min(float(low), float(draws[0])), max(float(high), float(draws[0]))


def with_interval(draws: Floats) -> tuple[float, float, float]:
    """Return the estimate `draws[0]` and both ends of its interval."""
    return float(draws[0]), *interval(draws)


def candidates(draws: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the selectors that may be the best: those that are no references, with an estimate."""
    names = [name for name in draws if name not in REFERENCES and not np.isnan(draws[name][0])]
    return {name: draws[name] for name in names}


def best_of(draws: Mapping[str, Floats], direction: Direction) -> str | None:
    """Return the candidate with the best estimate, the first of equals; None without candidates."""
    losses = {name: _sign(direction) * values[0] for name, values in candidates(draws).items()}
    return min(losses, key=lambda name: float(losses[name]), default=None)


def _sign(direction: Direction) -> int:
    return 1 if direction == "lower" else -1
