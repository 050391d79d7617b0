"""What evaluation stores of every test cell, and the metrics computed from it.

One `CellScores` belongs to one selector and seed. Everything is a sum over cells, so weighting the
cells gives any bootstrap draw without running a network again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.metrics.prediction import accuracy, balanced_accuracy, confusion, macro_f1

_CLASSES = {"accuracy": accuracy, "balanced_accuracy": balanced_accuracy, "macro_f1": macro_f1}


@dataclass(frozen=True)
class CellScores:
    """Numbers per test cell of one selector and seed.

    A metric in ``ratio`` is the sum of its numerators over that of its denominators (`r2`: one
    minus that), one in ``mean`` is the mean of its values. Classes are of classification only;
    ``truth`` and ``predicted`` are positions in them.
    """

    sizes: NDArray[Any]  # shape (sizes,), of the panels
    block: NDArray[Any]  # shape (cells,), text: the bootstrap's unit, a donor or the cell's name
    ratio: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # shape (2, sizes, cells)
    mean: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # shape (sizes, cells)
    truth: NDArray[Any] | None = None  # shape (cells,)
    classes: NDArray[Any] | None = None  # shape (classes,), names
    predicted: NDArray[Any] | None = None  # shape (sizes, cells)

    def __post_init__(self) -> None:
        grid = (len(self.sizes), len(self.block))
        shapes: dict[str, tuple[NDArray[Any], tuple[int, ...]]]
        shapes = {f"ratio/{name}": (array, (2, *grid)) for name, array in self.ratio.items()}
        shapes |= {f"mean/{name}": (array, grid) for name, array in self.mean.items()}
        if len({part is None for part in (self.truth, self.classes, self.predicted)}) > 1:
            raise ValueError("truth, classes and predicted must come together or not at all")
        if self.truth is not None and self.predicted is not None:
            shapes |= {"truth": (self.truth, grid[1:]), "predicted": (self.predicted, grid)}
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def pooled(parts: Sequence[CellScores]) -> CellScores:
    """Return the numbers of several sets of cells, judged with the same sizes, as one set."""
    first, join = parts[0], partial(np.concatenate, axis=-1)
    truth = [part.truth for part in parts if part.truth is not None]
    predicted = [part.predicted for part in parts if part.predicted is not None]
    return CellScores(
        sizes=first.sizes,
        block=join([part.block for part in parts]),
        ratio={metric: join([part.ratio[metric] for part in parts]) for metric in first.ratio},
        mean={metric: join([part.mean[metric] for part in parts]) for metric in first.mean},
        truth=join(truth) if truth else None,
        classes=first.classes,
        predicted=join(predicted) if predicted else None,
    )


def measures(cells: CellScores, weights: Floats | None = None) -> dict[str, Floats]:
    """Return every metric's values, shape (draws, sizes); NaN where a denominator is zero.

    ``weights``, shape (draws, cells), say how often each cell counts in each draw; None is one draw
    with every cell once.
    """
    if weights is None:
        weights = np.ones((1, len(cells.block)))
    values: dict[str, Floats] = {}
    for metric, array in cells.mean.items():
        values[metric] = weights @ array.T.astype(np.float64) / weights.sum(axis=1, keepdims=True)
    for metric, array in cells.ratio.items():
        numerator, denominator = (weights @ part.T.astype(np.float64) for part in array)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(denominator > 0, numerator / denominator, np.nan)
        values[metric] = 1 - share if metric == "r2" else share
    if cells.predicted is not None and cells.truth is not None and cells.classes is not None:
        n_classes = len(cells.classes)
        tables = [confusion(cells.truth, guess, n_classes, weights) for guess in cells.predicted]
        for metric, measure in _CLASSES.items():
            values[metric] = np.stack([measure(table) for table in tables], axis=1)
    return values
