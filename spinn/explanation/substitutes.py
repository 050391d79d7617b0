"""Each gene of a panel: its role, what is lost without it, and what could replace it."""

import numpy as np
import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.replaceability import replaceability
from spinn.explanation.roles import roles
from spinn.panel import Panel
from spinn.preparation.moments import Moments

N_SUBSTITUTES = 3


def substitutes(
    data: ExpressionData, panel: Panel, moments: Moments, constraints: Constraints
) -> pd.DataFrame:
    """Return one row per gene of a panel, in its order, from the training cells' split moments.

    ``role``, ``between_types``: see `spinn.explanation.roles.roles`. ``loss``: rise of the linear
    FVU when the gene's probe fails. ``substitutes``: up to three genes outside the panel that
    restore most of that loss, best first; with each the panel meets the constraints. ``restored``:
    the share of the loss that the first restores, above 1 where that gene explains more.
    ``loss_replaced``: rise of the linear FVU that is left with the first in place of the gene;
    below 0 where the panel gains.
    """
    inside = data.positions(panel.measured)
    lost, n_measured = replaceability(moments, inside), len(inside)
    limits = constraints.modelled().limits(data.genes, [n_measured])
    rows = []
    for i in range(len(panel.base), n_measured):
        allowed = limits.may_join(np.delete(inside, i).tolist(), n_measured)
        allowed[inside] = False
        value = np.where(allowed, lost.restored[:, i], 0.0)
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
