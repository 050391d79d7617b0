"""Two ways of one computation, timed in turn."""

import statistics
import time
from collections.abc import Callable
from typing import Any

PAIRS = 7


def seconds(call: Callable[[], Any]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(
    ours: Callable[[], Any],
    other: Callable[[], Any],
    *,
    same: float,
    setting: dict[str, Any],
    pairs: int = PAIRS,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Return how many times longer the other way takes, from alternating pairs after a warm-up.

    Parameters
    ----------
    ours, other
        What to time.
    same
        Largest relative difference of the two answers, from the caller.
    setting
        What was measured on: sizes, threads.
    pairs
        At least five.
    scale
        What the other way's time is multiplied by, where it was run on a share of the genes.

    Returns
    -------
    dict
        ratio (median of the pairs' ratios), low and high (their extremes), ours_s and other_s
        (medians), same, setting.
    """
    ours(), other()
    timed = [(seconds(ours), scale * seconds(other)) for _ in range(pairs)]
    ratios = [b / a for a, b in timed]
    return {
        "ratio": statistics.median(ratios),
        "low": min(ratios),
        "high": max(ratios),
        "ours_s": statistics.median(a for a, _ in timed),
        "other_s": statistics.median(b for _, b in timed),
        "same": same,
        "setting": setting | {"pairs": pairs},
    }
