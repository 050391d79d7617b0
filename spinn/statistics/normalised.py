"""Quality on scales that compare data sets: floor to ceiling, and among random panels."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import TaskDraws
from spinn.statistics.proportions import wilson
from spinn.statistics.summary import COUNTS, tabulate
from spinn.statistics.tiers import candidates, interval

MIN_NULL = 3  # random panels below which their spread means nothing

_COLUMNS = (
    *("dataset", "task", "size", "metric", "selector", "measure"),
    *("value", "low", "high", "n_null", *COUNTS),
)


def normalised(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return normalised.csv: one row per dataset, task, size, metric, selector and measure.

    Returns
    -------
    normalised
        `value` with its 95 % interval `low`, `high`, of the measures

        `share`
            (quality - floor) / (ceiling - floor): 0 as random panels of the size, 1 as all genes.
            NaN where the interval of ceiling - floor holds zero.
        `z`
            Distance to the random panels' mean in their standard deviations, above 0 if better.
            Absent below `MIN_NULL` random panels.
        `percentile`
            Share of the random panels that are worse, in 0..100; ties count half.

        n_null, the number of random panels; n_seeds, n_splits and n_blocks of the selector. Only
        metrics with numbers per test cell.

    Notes
    -----
    Each draw resamples cells, seeds and random panels; for `percentile` cells and seeds, and
    Wilson's interval covers the panels. The random panels are the floor's: matched in expression to
    the panel of `greedy`, not to each selector's.
    """
    return tabulate((row for task in tasks for row in _of_task(task)), _COLUMNS)


def share_of_ceiling(quality: Floats, floor: Floats, ceiling: Floats) -> Floats:
    """Return (quality - floor) / (ceiling - floor), shape (1 + draws,), or NaN, see `normalised`.

    A draw in which ceiling and floor are equal is NaN.
    """
    span = ceiling - floor
    low, high = interval(span)
    if not (low > 0 or high < 0):
        return np.full_like(span, np.nan)
    return np.divide(quality - floor, span, out=np.full_like(span, np.nan), where=span != 0)


def z_score(quality: Floats, null: Floats, weights: Floats) -> Floats:
    """Return the distance to random panels in their standard deviations, shape (1 + draws,).

    ``null`` has shape (panels, 1 + draws); ``weights``, shape (1 + draws, panels), say how much
    each panel counts, rows sum to 1. The variance is sum w (x - m)^2 / (1 - sum w^2), unbiased for
    equal weights. A draw of one panel only has none and is NaN.
    """
    mean = np.einsum("dp,pd->d", weights, null)
    square = np.einsum("dp,pd->d", weights, np.square(null - mean))
    rest = 1 - np.square(weights).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(square / rest)
        return np.where((rest > 1e-12) & (spread > 0), (quality - mean) / spread, np.nan)


def percentile(quality: Floats, null: Floats) -> Floats:
    """Return the share of random panels below, in 0..100, shape (1 + draws,); see `z_score`."""
    return 100 * np.mean((null < quality) + 0.5 * (null == quality), axis=0)


def _of_percentile(draws: Floats, n_null: int) -> tuple[float, float]:
    """Return the interval of a percentile: the cells' draws, widened by Wilson's at either end.

    Resampling few random panels understates the uncertainty: all of 20 may be worse although one
    in ten of all possible panels is better.
    """
    low, high = (np.clip(end / 100, 0, 1) for end in interval(draws))
    return 100 * float(wilson(low, n_null)[0]), 100 * float(wilson(high, n_null)[1])


def _of_task(task: TaskDraws) -> Iterator[tuple[Any, ...]]:
    ceilings = task.ceilings
    for (size, metric), draws in task.draws.items():
        if (size, metric) not in task.null:
            continue
        sign = 1 if DIRECTION[metric] == "higher" else -1
        null, weights = task.null[size, metric]
        for selector, quality in candidates(draws).items():
            measures: dict[str, Floats] = {}
            if metric in ceilings:
                measures["share"] = share_of_ceiling(quality, draws["floor"], ceilings[metric])
            if len(null) >= MIN_NULL:
                measures["z"] = z_score(sign * quality, sign * null, weights)
            measures["percentile"] = percentile(sign * quality, sign * null)
            for measure, values in measures.items():
                is_percentile = measure == "percentile"
                ends = _of_percentile(values, len(null)) if is_percentile else interval(values)
                yield (
                    *(task.dataset, task.task, size, metric, selector, measure),
                    *(float(values[0]), *ends, len(null), *task.counts[selector].values()),
                )
