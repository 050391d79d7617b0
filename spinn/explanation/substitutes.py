"""Each gene of a panel: its role, what is lost without it, and who could take its place."""

import numpy as np
import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.replaceability import replaceability
from spinn.explanation.roles import STRUCTURE, share_between_types
from spinn.panel import Panel
from spinn.preparation.moments import Moments

N_SUBSTITUTES = 3
MOSTLY = 0.5  # of a gene's signal between types makes it a gene of types


def spares(
    data: ExpressionData, panel: Panel, found: Moments, constraints: Constraints
) -> pd.DataFrame:
    """Return one row per gene of a panel, in its order.

    Parameters
    ----------
    data
        Prepared cells; only the training cells are looked at.
    panel
        The panel.
    found
        Moments of the training cells, see `spinn.preparation.moments.split_moments`.
    constraints
        Substitutes meet them too: the panel with one instead of the gene is a panel still.

    Returns
    -------
    DataFrame
        ``role``: `type NAME` where at least half of the gene's signal lies between cell types (the
        type in which it is highest), else `structure`; empty without labels or signal.
        ``between_types``: that share. ``loss``: rise of the linear FVU when its probe fails.
        ``substitutes``: up to three genes outside the panel that restore most of what it told, best
        first. ``restored``: the share of it that the first restores, above 1 where it tells more.
        ``loss_replaced``: rise of the linear FVU that is left with the first in its place; below 0
        where the panel gains.
    """
    inside = data.positions(panel.genes)
    lost = replaceability(found, inside)
    limits = constraints.limits(data.genes)
    rows = []
    for i in range(panel.size):
        rest = np.delete(inside, i).tolist()
        may = limits.may_join(rest, panel.size)
        may[inside] = False
        value = np.where(may, lost.restored[:, i], 0.0)
        best = [j for j in np.argsort(-value, kind="stable")[:N_SUBSTITUTES] if value[j] > 0]
        first = best[0] if best else None
        rows.append(
            {
                "loss": lost.loss[i],
                "substitutes": ", ".join(data.genes[j] for j in best),
                "restored": 0.0 if first is None else value[first] / lost.loss[i],
                "loss_replaced": lost.loss[i] - (0.0 if first is None else lost.regained[first, i]),
            }
        )
    return pd.concat([roles(data, panel), pd.DataFrame(rows)], axis=1)


def roles(data: ExpressionData, panel: Panel) -> pd.DataFrame:
    """Return the columns ``role`` and ``between_types`` of `spares`."""
    train, inside = data.of("train"), data.positions(panel.genes)
    if train.labels is None:
        return pd.DataFrame({"role": [""] * panel.size, "between_types": np.nan})
    share = share_between_types(train)[inside]
    values = train.values[:, inside].toarray()
    present = np.flatnonzero(np.bincount(train.labels, minlength=len(train.classes)))
    mean = np.stack([values[train.labels == c].mean(axis=0) for c in present])
    highest = [train.classes[present[c]] for c in mean.argmax(axis=0)]
    words = [
        "" if np.isnan(s) else f"type {name}" if s >= MOSTLY else STRUCTURE
        for s, name in zip(share, highest, strict=True)
    ]
    return pd.DataFrame({"role": words, "between_types": share})
