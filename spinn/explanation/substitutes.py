"""Each gene of a panel: its role, what is lost without it, and what could replace it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.replaceability import replaceability
from spinn.explanation.roles import highest_types, roles
from spinn.panel import Panel
from spinn.preparation.moments import Moments

N_SUBSTITUTES = 3
MIN_RESTORED = 0.3  # of what is lost; with less, the panel is hardly better than without both
NONE_GOOD = "none good"


def substitutes(
    data: ExpressionData, panel: Panel, moments: Moments, constraints: Constraints
) -> pd.DataFrame:
    """Return one row per gene of a panel, in its order, from the training cells' split moments.

    ``role``, ``between_types``: see `spinn.explanation.roles.roles`. ``loss``: rise of the linear
    FVU when the gene's probe fails. ``substitutes``: up to three genes outside the panel that
    restore most of that loss, best first, or `none good`. A substitute rises with the gene, is
    highest in the same cell type where the gene's role is that of a type, restores at least
    `MIN_RESTORED` of the loss, and with it the panel meets the constraints. ``restored``: the share
    of the loss that the first restores, above 1 where that gene explains more; 0 without any.
    ``loss_replaced``: rise of the linear FVU that is left with the first in place of the gene;
    below 0 where the panel gains.
    """
    inside = data.positions(panel.measured)
    lost, n_measured, n_base = replaceability(moments, inside), len(inside), len(panel.base)
    limits = constraints.modelled().limits(data.genes, [n_measured])
    explained = roles(data, panel)
    alike = _alike(data, moments, inside[n_base:], explained["role"])
    rows = []
    for at, i in enumerate(range(n_base, n_measured)):
        allowed = limits.may_join(np.delete(inside, i).tolist(), n_measured) & alike[at]
        allowed[inside] = False
        value = np.where(allowed, lost.restored[:, i], 0.0)
        enough = max(MIN_RESTORED * lost.loss[i], np.finfo(float).tiny)
        best = [j for j in np.argsort(-value, kind="stable")[:N_SUBSTITUTES] if value[j] >= enough]
        first = best[0] if best else None
        rows.append(
            {
                "loss": lost.loss[i],
                "substitutes": ", ".join(data.genes[j] for j in best) or NONE_GOOD,
                "restored": 0.0 if first is None else value[first] / lost.loss[i],
                "loss_replaced": lost.loss[i] - (0.0 if first is None else lost.regained[first, i]),
            }
        )
    return pd.concat([explained, pd.DataFrame(rows)], axis=1)


def _alike(
    data: ExpressionData, moments: Moments, inside: NDArray[np.int64], role: "pd.Series[str]"
) -> NDArray[np.bool_]:
    """Return which genes rise with each gene of a panel and, if that tells a type, tell the same.

    Shape (panel, genes). Covariances are those of standardised genes in halves of the molecules.
    """
    rises = moments.gram[inside] > 0
    train = data.of("train")
    if train.labels is None:
        return rises
    highest, of_type = highest_types(train), role.str.startswith("type ").to_numpy()
    same = highest[inside][:, None] == highest
    return rises & (same | ~of_type[:, None])
