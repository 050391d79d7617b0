"""Split cells into train, valid and test: whole donors, else stratified by label."""

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Integers
from spinn.data import PARTS

DONOR_TRIES = 200


def split_cells(
    n_cells: int,
    *,
    valid: float,
    test: float,
    seed: int,
    labels: NDArray[np.str_] | None = None,
    donors: NDArray[np.str_] | None = None,
) -> NDArray[np.str_]:
    """Return the part of each cell, `train`, `valid` or `test`, from the wanted shares of cells.

    With donors, whole ones are held out: of the draws tried, the one in which most classes occur in
    every part and whose shares are nearest to the wanted ones. Without, each class is split by
    itself, to within one cell. Shares lie in (0, 1), together below 1; with ``test`` 0 all cells
    train or validate.
    """
    rng = np.random.default_rng(seed)
    n_parts, parts = (3, "train, valid and test") if test else (2, "train and valid")
    strata = np.zeros(n_cells, dtype=np.int64)
    if labels is not None:
        classes, strata = np.unique(labels, return_inverse=True)
    if donors is not None:
        names = np.unique(donors)
        if len(names) < n_parts:
            raise ValueError(
                f"a split by donor needs at least {n_parts} donors, one for each of {parts}; got "
                f"{len(names)}: {', '.join(names)}; set donor: null to split cells instead"
            )
        return _by_donor(donors, strata, (valid, test), rng)
    if labels is not None:
        small = [
            f"{c} ({n})" for c, n in zip(classes, np.bincount(strata), strict=True) if n < n_parts
        ]
        if small:
            raise ValueError(
                f"each class needs at least {n_parts} cells, one for each of {parts}; "
                f"too few in: {', '.join(small[:5])}; drop or merge them"
            )
    if n_cells < n_parts:
        raise ValueError(f"a split needs at least {n_parts} cells, got {n_cells}")
    part = np.full(n_cells, "train", dtype="<U5")
    for stratum in range(strata.max() + 1):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        n_test = max(1, round(test * len(rows))) if test else 0
        n_valid = max(1, round(valid * len(rows)))
        while n_test + n_valid >= len(rows):  # a tiny class still leaves one cell to train on
            n_test, n_valid = max(min(1, n_test), n_test - 1), max(1, n_valid - (n_test <= 1))
        part[rows[:n_test]] = "test"
        part[rows[n_test : n_test + n_valid]] = "valid"
    return part


def _by_donor(
    donors: NDArray[np.str_],
    strata: Integers,
    shares: tuple[float, float],
    rng: np.random.Generator,
) -> NDArray[np.str_]:
    names, code = np.unique(donors, return_inverse=True)
    cells = np.bincount(code)
    table = np.zeros((len(names), strata.max() + 1))
    np.add.at(table, (code, strata), 1)
    valid, test = shares
    best, part = (np.inf, np.inf, np.inf), np.full(len(names), "train", dtype="<U5")
    for _ in range(DONOR_TRIES):
        order = rng.permutation(len(names))
        running = np.cumsum(cells[order]) / cells.sum()
        n_test = max(1, int(np.searchsorted(running, test, side="right"))) if test else 0
        n_test = min(n_test, len(names) - 2)
        tested = running[n_test - 1] if n_test else 0.0
        held = np.searchsorted(running, tested + valid, side="right")
        n_valid = min(max(1, int(held) - n_test), len(names) - n_test - 1)
        of_donor = np.full(len(names), "train", dtype="<U5")
        of_donor[order[:n_test]] = "test"
        of_donor[order[n_test : n_test + n_valid]] = "valid"
        absent = {p: int((table[of_donor == p].sum(0) == 0).sum()) for p in PARTS}
        off = abs(cells[of_donor == "test"].sum() / cells.sum() - test)
        off += abs(cells[of_donor == "valid"].sum() / cells.sum() - valid)
        rank = (absent["train"], absent["valid"] + absent["test"], off)
        if rank < best:
            best, part = rank, of_donor
    return part[code]
