"""The cheapest set of genes within limits, exactly, by integer programming (scipy's HiGHS)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats


class Needed(NamedTuple):
    """What is needed of some genes; arrays have one entry per gene, group, budget or type."""

    price: Floats  # shape (genes,): what is to be as small as possible
    n_genes: int  # that join
    n_early: int  # of them, at most, count as markers
    group: NDArray[np.int64]  # shape (genes,): from 0
    room: NDArray[np.int64]  # shape (groups,): genes that may join of each
    costs: Floats  # shape (budgets, genes)
    budgets: Floats  # shape (budgets,), finite
    markers: NDArray[np.bool_]  # shape (types, genes)
    missing: NDArray[np.int64]  # shape (types,): markers that must join


def cheapest_set(needed: Needed) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return which genes join as markers and which join besides; None where it is impossible.

    Both have the shape (genes,).

    Notes
    -----
    Two variables per gene are 0 or 1: whether it joins, and whether it joins as one of the
    ``n_early`` that are in time to be markers.
    """
    # Slow to import, and rarely needed.
    import scipy.sparse as sp
    from scipy.optimize import Bounds, LinearConstraint, milp

    n, is_missing = len(needed.price), needed.missing > 0
    if not n or needed.n_early < 0:
        return None
    none, every, each = sp.csr_array((1, n)), sp.csr_array(np.ones((1, n))), sp.eye_array(n)
    of_group = sp.csr_array((np.ones(n), (needed.group, np.arange(n))))
    costs = sp.csr_array(needed.costs)
    markers = sp.csr_array(needed.markers[is_missing].astype(float))
    joining = sp.vstack([every, of_group, costs, -each, 0 * markers, none])
    early = sp.vstack([none, 0 * of_group, 0 * costs, each, markers, every])
    limits = (
        (needed.n_genes, needed.n_genes, every.shape[0]),
        (-np.inf, needed.room, of_group.shape[0]),
        (-np.inf, needed.budgets, costs.shape[0]),
        (-np.inf, 0, n),
        (needed.missing[is_missing], np.inf, markers.shape[0]),
        (-np.inf, needed.n_early, every.shape[0]),
    )
    low = np.concatenate([np.broadcast_to(low, height) for low, _, height in limits])
    high = np.concatenate([np.broadcast_to(high, height) for _, high, height in limits])
    solved = milp(
        np.concatenate([needed.price, np.zeros(n)]),
        constraints=LinearConstraint(sp.hstack([joining, early], format="csr"), low, high),
        bounds=Bounds(0, 1),
        integrality=1,
    )
    if solved.x is None:
        return None
    joins, is_early = np.split(solved.x > 0.5, 2)
    return joins & is_early, joins & ~is_early
