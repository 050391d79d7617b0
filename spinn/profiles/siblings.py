"""Siblings: which types a type is most easily taken for."""

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np
import scipy.sparse as sp

from spinn.arrays import Floats, Integers
from spinn.data import ExpressionData
from spinn.profiles.means import means_of_types

N_NEAREST = 2
MIN_CELLS = 20
"""Training cells below which a type is a sibling only where there are too few others."""
_MOST_NOISE = 0.5  # of a profile's variance that may be taken for noise


def siblings(
    data: ExpressionData,
    *,
    n_nearest: int = N_NEAREST,
    pairs: Iterable[tuple[str, str]] = (),
) -> dict[str, tuple[str, ...]]:
    """Return the siblings of every type with training cells, nearest first.

    Parameters
    ----------
    n_nearest
        How many of the nearest types are siblings, where there are so many.
    pairs
        Types that a panel has to separate, such as all pairs of one parent's children. Types named
        here have no other siblings; the rest have their nearest.

    Raises
    ------
    ValueError
        If a pair names a type twice, or one without training cells; if there are no labels.

    Notes
    -----
    The distance of two types is 1 minus Pearson's correlation, over genes, of their mean
    log-normalised values in training cells. What few cells add to a profile's variance lowers its
    correlation with all others, so that rare types would seem far from all; it is subtracted. Of a
    type of fewer than ``MIN_CELLS`` cells it is not known whether it shares a gene.
    """
    train = data.of("train")
    if train.labels is None:
        raise ValueError("siblings need labels; name an obs column as label")
    n_cells = np.bincount(train.labels, minlength=len(train.classes))
    present = np.flatnonzero(n_cells)
    names = [train.classes[c] for c in present]
    distance = _distances(train.values, np.searchsorted(present, train.labels), len(names))
    # Rare types come last, and behind them the type itself.
    last = (n_cells[present] < MIN_CELLS) + 2 * np.eye(len(names))
    nearest = np.lexsort((distance, last), axis=1)[:, : min(n_nearest, len(names) - 1)]
    named = _named(pairs, names)
    return {
        name: named.get(name) or tuple(names[s] for s in nearest[t]) for t, name in enumerate(names)
    }


def _named(pairs: Iterable[tuple[str, str]], names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the siblings that pairs give to the types they name, in the order of the pairs."""
    partners: dict[str, dict[str, None]] = {}
    for one, other in pairs:
        for name in (one, other):
            if name not in names:
                close = get_close_matches(name, names, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"types: {', '.join(names[:5])}"
                raise ValueError(f"pairs: {name!r} is no type with training cells; {hint}")
        if one == other:
            raise ValueError(f"pairs: a pair needs two types, got {one!r} twice")
        partners.setdefault(one, {})[other] = None
        partners.setdefault(other, {})[one] = None
    return {name: tuple(others) for name, others in partners.items()}


def _distances(values: sp.csr_matrix, labels: Integers, n_types: int) -> Floats:
    """Return 1 minus the correlation of the types' profiles, shape (types, types)."""
    n_cells = np.bincount(labels, minlength=n_types)[:, None]
    mean = means_of_types(values, labels, n_types)
    square = means_of_types(values.power(2), labels, n_types)
    noise = ((square - mean**2) / np.maximum(n_cells - 1, 1)).mean(axis=1)
    covariance = np.atleast_2d(np.cov(mean, bias=True))
    variance = np.diag(covariance)
    spread = np.sqrt(np.maximum(variance - noise, (1 - _MOST_NOISE) * variance))
    scale = np.maximum(np.outer(spread, spread), np.finfo(float).tiny)
    return 1 - covariance / scale
