"""Quality on scales that compare data sets: floor to ceiling, and among random panels."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from spinn.arrays import Floats
from spinn.metrics.registry import DIRECTION
from spinn.statistics.bootstrap import NullPanels, TaskDraws
from spinn.statistics.proportions import wilson
from spinn.statistics.summary import COUNTS
from spinn.statistics.tiers import interval, is_candidate

LEAST_NULL = 3  # random panels without which their spread says nothing

_COLUMNS = ("dataset", "task", "size", "metric", "selector", "measure", "value", "low", "high")


def normalised(tasks: Iterable[TaskDraws]) -> pd.DataFrame:
    """Return normalised.csv: one row per dataset, task, size, metric, selector and measure.

    Returns
    -------
    normalised
        `value` with its 95 % interval `low`, `high`, of the measures

        `share`
            (quality - floor) / (ceiling - floor): 0 as random panels of the size, 1 as all genes.
            NaN where the interval of ceiling - floor holds zero: there is nothing to have a share
            of.
        `z`
            Distance to the random panels' mean in their standard deviations, above 0 if better.
            NaN below `LEAST_NULL` random panels.
        `percentile`
            Share of the random panels that are worse, in 0..100; ties count half.

        n_null, the number of random panels; n_seeds, n_splits and n_blocks of the selector. Only
        metrics with numbers per test cell.

    Notes
    -----
    Cells, seeds and random panels are resampled in each draw; for `percentile` cells and seeds are,
    and Wilson's interval stands for the panels. The random panels are the floor's: expressed like
    the panel of `greedy`, not like each selector's own.
    """
    rows = [row for task in tasks for row in _of_task(task)]
    columns = [*_COLUMNS, "n_null", *COUNTS]
    counts = dict.fromkeys(("n_null", *COUNTS), "Int64")
    return pd.DataFrame(rows, columns=columns).astype(counts)


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

    Parameters
    ----------
    quality
        Shape (1 + draws,).
    null
        Shape (panels, 1 + draws).
    weights
        Shape (1 + draws, panels), rows sum to 1: how much each panel counts.

    Notes
    -----
    The variance is sum w (x - m)^2 / (1 - sum w^2), unbiased for equal weights. A draw of one panel
    only has none and is NaN.
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

    Few random panels leave doubt that drawing them anew would not show: all of 20 may be worse
    although one in ten of all there are is better.
    """
    low, high = (np.clip(end / 100, 0, 1) for end in interval(draws))
    return 100 * float(wilson(low, n_null)[0]), 100 * float(wilson(high, n_null)[1])


def _of_task(task: TaskDraws) -> Iterator[dict[str, Any]]:
    ceilings = {m: draws["ceiling"] for (_, m), draws in task.draws.items() if "ceiling" in draws}
    for (size, metric), draws in task.draws.items():
        if (size, metric) not in task.judged or (size, metric) not in task.null:
            continue
        null, ceiling = task.null[size, metric], ceilings.get(metric)
        for selector, own in draws.items():
            if not is_candidate(selector, own):
                continue
            place = (task.dataset, task.task, size, metric, selector)
            for measure, found in _measures(own, draws["floor"], ceiling, null, metric).items():
                n_null = len(null.values)
                ends = _of_percentile(found, n_null) if measure == "percentile" else interval(found)
                numbers = (measure, float(found[0]), *ends)
                yield {
                    **dict(zip(_COLUMNS, (*place, *numbers), strict=True)),
                    "n_null": n_null,
                    **task.counts.get(selector, {}),
                }


def _measures(
    own: Floats, floor: Floats, ceiling: Floats | None, null: NullPanels, metric: str
) -> dict[str, Floats]:
    """Return the draws of every measure that there is."""
    found = {} if ceiling is None else {"share": share_of_ceiling(own, floor, ceiling)}
    sign = 1 if DIRECTION[metric] == "higher" else -1
    better = (sign * own, sign * null.values, null.weights)
    if len(null.values) >= LEAST_NULL:
        found["z"] = z_score(*better)
    return found | {"percentile": percentile(*better[:2])}
