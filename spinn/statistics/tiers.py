"""Tiers of selectors: which is best, by how much, and which are not significantly worse."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from spinn.arrays import Floats
from spinn.statistics.simultaneous import model_confidence_set

REFERENCES = ("floor", "ceiling")
"""Selectors that show what is possible; they can neither be best nor have a tier."""


def compare(
    draws: Mapping[str, Floats], direction: Literal["lower", "higher"], *, tiers: bool
) -> list[dict[str, Any]]:
    """Return one row per selector: mean, interval, paired difference to the best, tier.

    Parameters
    ----------
    draws
        Selector to shape (1 + n_bootstrap,): the estimate, then its paired bootstrap draws.
    direction
        Which way is better.
    tiers
        Whether to give tiers; without numbers per cell they would be too optimistic.

    Notes
    -----
    Tier 1 is the model confidence set (`spinn.statistics.simultaneous`): all that are not
    significantly worse than the best when all pairs are tested at once, so that with more selectors
    none is rejected by chance more often. Tier 2 is that of the rest, and so on. Two selectors of
    one tier need not be equal. `diff_low` and `diff_high` are the interval of that one difference
    by itself, and may leave out zero within tier 1.
    """
    left = [name for name, values in draws.items() if is_candidate(name, values)]
    best = best_of(draws, direction)
    tier_of: dict[str, int] = {}
    while tiers and left:
        losses = _sign(direction) * np.stack([draws[name] for name in left])
        first = model_confidence_set(losses)
        tier = 1 + max(tier_of.values(), default=0)
        tier_of |= {name: tier for name, tied in zip(left, first, strict=True) if tied}
        left = [name for name in left if name not in tier_of]
    rows = []
    for name, values in draws.items():
        low, high = interval(values)
        difference = np.full_like(values, np.nan) if best is None else values - draws[best]
        diff_low, diff_high = interval(difference)
        rows.append(
            {
                "selector": name,
                "mean": float(values[0]),
                "low": low,
                "high": high,
                "diff_to_best": float(difference[0]),
                "diff_low": diff_low,
                "diff_high": diff_high,
                "tier": tier_of.get(name),
            }
        )
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


def is_candidate(name: str, draws: Floats) -> bool:
    """Return whether a selector may be the best: it is no reference and has an estimate."""
    return name not in REFERENCES and not np.isnan(draws[0])


def best_of(draws: Mapping[str, Floats], direction: Literal["lower", "higher"]) -> str | None:
    """Return the candidate with the best estimate, the first of equals; None without candidates."""
    names = [name for name, values in draws.items() if is_candidate(name, values)]
    return min(names, key=lambda name: _sign(direction) * float(draws[name][0]), default=None)


def _sign(direction: str) -> int:
    return 1 if direction == "lower" else -1
