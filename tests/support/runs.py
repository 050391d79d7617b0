"""Runs with random numbers per test cell, for the bootstrap and what is made from it."""

import numpy as np
import pandas as pd

from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.summary import summarize


def scored_cells(seed: int, *, quality: float = 0.6, n: int = 50, donors: int = 0, sizes=(4, 8)):
    """Numbers of 50 cells of three types, or of some donors."""
    random = np.random.default_rng(seed)
    truth = np.random.default_rng(99).integers(3, size=n)
    right = random.random((len(sizes), n)) < quality
    total = 1 + random.random((len(sizes), n))
    return CellScores(
        sizes=np.array(sizes),
        block=np.array([f"d{i % donors}" if donors else f"c{i}" for i in range(n)]),
        ratio={"r2": np.stack([total * (1 - quality) * random.random(total.shape), total])},
        mean={"knn_share": random.random((len(sizes), n)) * quality},
        truth=truth,
        classes=np.array(["a", "b", "c"]),
        predicted=np.where(right, truth, random.integers(3, size=right.shape)),
    )


def run(selector: str, seed: int, *, split: int = 0, **options) -> RunScores:
    """Give a run whose numbers follow from its selector, seed and split."""
    number = int.from_bytes(f"{selector}{seed}{split}".encode(), "big") % 2**32
    return RunScores(
        "data", split, "classification", selector, seed, scored_cells(number, **options)
    )


def rows_of(summary: pd.DataFrame, metric: str, size: int) -> pd.DataFrame:
    """Give the rows of one metric and size, by selector."""
    chosen = summary[(summary["metric"] == metric) & (summary["size"] == size)]
    return chosen.set_index("selector")


def summary_of(runs, scores=None, **options) -> pd.DataFrame:
    """Give the summary of runs."""
    return summarize(bootstrap(runs, scores, **options))
