"""Runs of a data set split by cells and by donors, with a planted gap between the two."""

import numpy as np
import pandas as pd

from spinn.config.derived import twin_of
from spinn.metrics.cell_scores import CellScores
from spinn.records.scores import RunScores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.optimism import optimism

N_CELLS, N_DONORS = 240, 6


def runs(name: str, level: float, *, metric: str = "knn_share", selectors=("a", "floor")):
    """Values around a level per cell; donors differ where whole donors were held out."""
    random = np.random.default_rng(len(name))
    donors = np.arange(N_CELLS) % N_DONORS
    by_cells = twin_of(name) is not None
    of_donor = np.zeros(N_CELLS) if by_cells else np.linspace(-0.1, 0.1, N_DONORS)[donors]
    block = np.arange(N_CELLS) if by_cells else donors
    members = []
    for selector in (*selectors, "ceiling"):
        for seed in (0, 1):
            values = level + of_donor + 0.05 * random.normal(size=(1, N_CELLS))
            size = (97 if by_cells else 99) if selector == "ceiling" else 8
            arrays = {"mean": {metric: values}}
            if metric != "knn_share":
                arrays = {"ratio": {metric: np.stack([values, np.ones_like(values)])}}
            cells = CellScores(np.array([size]), block.astype(str), **arrays)
            members.append(RunScores(name, 0, "classification", selector, seed, cells))
    return members


def optimism_table(by_cells: float, by_donors: float, **options) -> pd.DataFrame:
    """optimism.csv of a data set with these levels by either split, and of one without a twin."""
    pair = runs("d", by_donors, **options) + runs("d@cells", by_cells, **options)
    draws = bootstrap(pair + runs("lone", 0.5, **options), n_bootstrap=300, seed=0)
    return optimism(draws, {"d": "d@cells"})
