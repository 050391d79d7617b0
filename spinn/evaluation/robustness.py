"""How panels score where a technology misses molecules: on test cells, with intervals."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from spinn.arrays import Floats
from spinn.evaluation.detection import Detection
from spinn.evaluation.judge import Judge, blocks, refit_problem
from spinn.evaluation.refit import refit
from spinn.evaluation.residuals import classify, residuals
from spinn.metrics.cell_scores import CellScores, measures
from spinn.metrics.registry import HEADLINES
from spinn.networks.batches import TEST_SEED
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.panel import Panel
from spinn.statistics.resampling import Resampling
from spinn.statistics.tiers import interval

log = logging.getLogger(__name__)
RAW, BINARY = "raw", "binary"
COLUMNS = (
    *("dataset", "split", "task", "selector", "size", "inputs", "efficiency", "metric"),
    *("value", "low", "high", "n_seeds"),
)
Row = dict[str, Any]


def robustness(
    judge: Judge,
    panels: Sequence[Panel],
    *,
    efficiencies: Sequence[float],
    seeds: Sequence[int],
    random: Resampling,
    split: int = 0,
) -> list[Row]:
    """Return the headline metric of panels whose genes are read with detection loss.

    Networks are refitted on cells as they are, once per seed and kind of inputs, and read test
    cells that have lost molecules: this measures how far a panel and its decoder carry over to a
    technology that detects less, not how well a decoder could be fitted to it.

    Parameters
    ----------
    judge
        From `spinn.evaluation.judge.make_judge`; its cells have counts.
    panels
        Large to small.
    efficiencies
        Levels of `Detection`, each in (0, 1].
    seeds
        Each of a refit, of the genes' efficiencies and of the molecules that are lost.
    random, split
        Draws of the bootstrap over test cells and seeds, and the split they belong to.

    Returns
    -------
    list of rows
        size, inputs (`raw`: values, `binary`: whether a gene is on), efficiency, metric, value,
        low, high, n_seeds. The task `hurdle` has binary inputs only.
    """
    headline = next(iter(judge.problems.values()))
    encoder, kinds = headline.encoder, {BINARY: headline}
    if not encoder.binary:
        about = judge.data, judge.task, judge.settings
        binary = refit_problem(*about, noise=encoder.noise, device=encoder.device, binary=True)
        kinds = {RAW: headline, BINARY: binary}
    rows = []
    for inputs, problem in kinds.items():
        scores: dict[float, list[CellScores]] = {level: [] for level in efficiencies}
        for seed in seeds:
            fitted = refit(problem, panels, judge.settings, seed=seed)
            for level in efficiencies:
                log.info("%s inputs, seed %d, efficiency %g", inputs, seed, level)
                scores[level].append(_judged(judge, panels, fitted, Detection(level, seed)))
        for level, by_seed in scores.items():
            keys = {"inputs": inputs, "efficiency": level}
            rows += [{**row, **keys} for row in _summary(by_seed, random, split)]
    return rows


def _judged(
    judge: Judge,
    panels: Sequence[Panel],
    fitted: Sequence[tuple[Problem, Network]],
    detection: Detection,
) -> CellScores:
    """Return the headline's numbers per test cell, whose inputs have lost molecules."""
    noise = fitted[0][0].encoder.noise
    pairs = detection.views(judge.test, noise, n_splits=judge.settings.test_splits, seed=TEST_SEED)
    sizes, block = np.array([panel.size for panel in panels]), blocks(judge.test)
    if judge.task == "classification":
        predicted = np.stack([classify(judge, pairs, *refitted) for refitted in fitted])
        classes = np.array(judge.data.classes)
        return CellScores(
            sizes, block, truth=judge.test.labels, classes=classes, predicted=predicted
        )
    judged = [residuals(judge, pairs, *refitted) for refitted in fitted]
    per_cell = np.stack([numbers for _, numbers, _ in judged], axis=1)
    return CellScores(sizes, block, ratio={judged[0][0]: per_cell})


def _summary(seeds: Sequence[CellScores], random: Resampling, split: int) -> list[Row]:
    """Return the headline of each size with its interval, over test cells and seeds."""
    first = seeds[0]
    width = max(len(first.block), 0 if first.classes is None else len(first.classes) ** 2)
    drawn: list[list[dict[str, Floats]]] = [
        [measures(cells, weights) for cells in seeds]
        for weights in random.cells(split, first.block, width)
    ]
    metric = next(name for name in HEADLINES if name in drawn[0][0])
    values = np.stack(  # seeds, draws, sizes
        [np.concatenate([draw[s][metric] for draw in drawn]) for s in range(len(seeds))]
    )
    mean = np.einsum("ds,sdk->dk", random.seeds(split, len(seeds)), values)
    rows = []
    for size, draws in zip(first.sizes.tolist(), mean.T, strict=True):
        low, high = interval(draws)
        row = {"size": size, "metric": metric, "value": float(draws[0]), "low": low, "high": high}
        rows.append({**row, "n_seeds": len(seeds)})
    return rows
