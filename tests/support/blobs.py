"""Well separated groups of cells in a few dimensions."""

import numpy as np


def blobs(n_blobs: int, *, n_cells: int = 600, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    centres = random.normal(scale=8, size=(n_blobs, 6))
    return centres[np.arange(n_cells) % n_blobs] + random.normal(size=(n_cells, 6))
