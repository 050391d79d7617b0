"""Markers: genes that tell a cell type from its siblings and from the rest."""

from collections.abc import Mapping, Sequence

import numpy as np

from spinn.data import ExpressionData
from spinn.profiles.means import means_of_types
from spinn.profiles.separation import separation
from spinn.profiles.siblings import siblings

MIN_AUROC = 0.6
MIN_RISE = 0.25
"""How much higher a marker's mean log-normalised value is in its type than in each sibling."""
ERROR = 0.001
"""Chance, per gene and sibling, that a gene without any difference passes for a marker."""


def marker_sets(
    data: ExpressionData,
    siblings_of: Mapping[str, Sequence[str]] | None = None,
    *,
    min_auroc: float = MIN_AUROC,
) -> dict[str, tuple[str, ...]]:
    """Return the markers of every type, best first, from training cells; () where there are none.

    Parameters
    ----------
    siblings_of
        The siblings of each type; None: those of `spinn.profiles.siblings`. A type that is not in
        it has no markers.
    min_auroc
        How surely a marker tells its type from all other cells, in (1/2, 1). From each sibling half
        the distance to 1/2 is enough.

    Returns
    -------
    dict
        In the order of ``data.classes``. Of a type t, a gene g with AUROC A(t, s) against type s is
        a marker if it meets all of these:

        - A(t, rest) >= min_auroc, and A(t, s) >= (1/2 + min_auroc) / 2 for each sibling s;
        - the lower confidence bound of A(t, s) is above 1/2 for each sibling;
        - its mean log-normalised value is higher than in each sibling by at least ``MIN_RISE``.

        Best is what tells the type surest from the sibling (or the rest) that it tells worst.

    Raises
    ------
    ValueError
        If ``min_auroc`` is out of range, or there are no labels.

    Notes
    -----
    AUROC is at most (1 + d) / 2 for a gene detected in a share d of the type's cells: with 0.6 a
    marker is detected in at least a fifth of them. Thresholds: docs/decisions.md.
    """
    if not 0.5 < min_auroc < 1:
        raise ValueError(f"min_auroc must lie in (0.5, 1), got {min_auroc}")
    train = data.of("train")
    if train.labels is None:
        raise ValueError("markers need labels; name an obs column as label")
    near = siblings(data) if siblings_of is None else siblings_of
    labels, n_types = train.labels, len(train.classes)
    measured = separation(train.values, labels, n_types)
    against_rest, lower = measured.against_rest(), measured.lower_bound(ERROR)
    mean = means_of_types(train.values, labels, n_types)
    type_of = {name: t for t, name in enumerate(train.classes)}
    markers: dict[str, tuple[str, ...]] = {}
    for name, t in type_of.items():
        others = [type_of[sibling] for sibling in near.get(name, ())]
        if not others:
            markers[name] = ()
            continue
        worst = measured.auroc[t, others].min(axis=0)
        rise = mean[t] - mean[others].max(axis=0)
        good = (against_rest[t] >= min_auroc) & (worst >= (0.5 + min_auroc) / 2)
        good &= (lower[t, others].min(axis=0) > 0.5) & (rise >= MIN_RISE)
        order = np.argsort(-np.minimum(worst, against_rest[t]), kind="stable")
        markers[name] = tuple(train.genes[g] for g in order if good[g])
    return markers
