"""Bootstrap weights of cells and seeds; the same key always gives the same weights.

Of n seeds, donors or cells each draw takes n - 1 with replacement: the draws of a mean then vary by
its unbiased variance, while n of n would fall short by (n - 1) / n, half of it with two seeds
(McCarthy and Snowden 1985, The bootstrap and finite population sampling).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats

_CHUNK = 2**22  # weights held at once, 32 MB


@dataclass(frozen=True)
class Resampling:
    """Draws that depend on their key only, not on how often or in which order they are made.

    Draw 0, which resamples nothing, comes before the ``n_bootstrap`` others.
    """

    key: str
    n_bootstrap: int

    def seeds(self, split: int, n_seeds: int) -> Floats:
        """Return how much each seed counts, shape (1 + n_bootstrap, seeds), rows sum to 1."""
        random = self._generator(f"seeds/{split}/{n_seeds}")
        drawn = _draw(random, n_seeds, self.n_bootstrap)
        return np.vstack([np.full(n_seeds, 1 / n_seeds), drawn / drawn.sum(axis=1, keepdims=True)])

    def cells(self, split: int, block: NDArray[np.str_], width: int) -> Iterator[Floats]:
        """Yield how often each cell counts, shape (some draws, cells), `width` numbers a draw."""
        unit = np.unique(block, return_inverse=True)[1]
        n_units = int(unit.max()) + 1
        if n_units == 1:
            unit, n_units = np.arange(len(block)), len(block)
        random = self._generator(f"cells/{split}")
        yield np.ones((1, len(block)))
        step = max(1, _CHUNK // width)
        for start in range(0, self.n_bootstrap, step):
            drawn = _draw(random, n_units, min(step, self.n_bootstrap - start))
            # One cell per row in memory, which makes the products in `measures` fast.
            yield drawn.T.astype(np.float64)[unit].T

    def _generator(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(f"{self.key}/{purpose}".encode()))


def _draw(random: np.random.Generator, n_units: int, size: int) -> NDArray[np.int64]:
    """Return how often each unit is drawn, shape (size, units)."""
    taken = max(n_units - 1, 1)
    return random.multinomial(taken, np.full(n_units, 1 / n_units), size=size)
