"""How panels score where a technology misses molecules: on test cells, with intervals."""

import logging
from collections.abc import Sequence

import numpy as np

from spinn.evaluation.detection import Detection
from spinn.evaluation.evaluate import Row
from spinn.evaluation.judge import Judge, refit_problem
from spinn.evaluation.refit import refit
from spinn.evaluation.residuals import score_cells
from spinn.metrics.cell_scores import CellScores, measures
from spinn.metrics.registry import HEADLINES
from spinn.networks.batches import TEST_SEED
from spinn.panel import Panel
from spinn.statistics.resampling import Resampling
from spinn.statistics.tiers import interval

log = logging.getLogger(__name__)
RAW, BINARY = "raw", "binary"
COLUMNS = (
    *("dataset", "split", "task", "selector", "size", "inputs", "efficiency", "metric"),
    *("value", "low", "high", "n_seeds"),
)


def robustness(
    judge: Judge,
    panels: Sequence[Panel],
    *,
    efficiencies: Sequence[float],
    seeds: Sequence[int],
    random: Resampling,
    split: int = 0,
) -> list[Row]:
    """Return the headline metric of panels, large to small, read with detection loss.

    Networks are refitted on cells as they are, once per seed and kind of inputs, and read test
    cells that have lost molecules: this measures how far a panel and its decoder carry over to a
    technology that detects less, not how well a decoder could be fitted to it. The judge's cells
    have counts; ``efficiencies`` are levels of `Detection`, and a seed is that of a refit, of the
    genes' efficiencies and of the molecules that are lost. ``random`` draws test cells and seeds
    of a ``split``.

    Rows hold size, inputs (`raw`: values, `binary`: whether a gene is on; only these for the task
    `hurdle`), efficiency, metric, value, low, high, n_seeds.
    """
    headline = next(iter(judge.problems.values()))
    encoder, kinds = headline.encoder, {BINARY: headline}
    if not encoder.binary:
        about = judge.data, judge.task, judge.settings, encoder.noise, encoder.device
        kinds = {RAW: headline, BINARY: refit_problem(*about, binary=True)}
    how = {"n_splits": judge.settings.test_splits, "seed": TEST_SEED}
    rows, sizes = [], [panel.size for panel in panels]
    for inputs, problem in kinds.items():
        scores: dict[float, list[CellScores]] = {level: [] for level in efficiencies}
        for seed in seeds:
            refits = refit(problem, panels, judge.settings, seed=seed)
            for level in efficiencies:
                log.info("%s inputs, seed %d, efficiency %g", inputs, seed, level)
                pairs = Detection(level, seed).views(judge.test, encoder.noise, **how)
                scores[level].append(score_cells(judge, pairs, refits, sizes)[0])
        for level, by_seed in scores.items():
            keys = {"inputs": inputs, "efficiency": level}
            rows += [{**row, **keys} for row in _summary(by_seed, random, split)]
    return rows


def _summary(seeds: Sequence[CellScores], random: Resampling, split: int) -> list[Row]:
    """Return the headline of each size with its interval, over test cells and seeds."""
    first = seeds[0]
    width = max(len(first.block), 0 if first.classes is None else len(first.classes) ** 2)
    chunks = [
        [measures(cells, weights) for cells in seeds]
        for weights in random.cells(split, first.block, width)
    ]
    metric = next(name for name in HEADLINES if name in chunks[0][0])
    values = np.concatenate([[of_seed[metric] for of_seed in chunk] for chunk in chunks], axis=1)
    mean = np.einsum("ds,sdk->dk", random.seeds(split, len(seeds)), values)
    rows = []
    for size, draws in zip(first.sizes.tolist(), mean.T, strict=True):
        low, high = interval(draws)
        row = {"size": size, "metric": metric, "value": float(draws[0]), "low": low, "high": high}
        rows.append({**row, "n_seeds": len(seeds)})
    return rows
