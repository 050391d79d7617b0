"""What the molecules of panels are, cell type by cell type: load.csv."""

from collections.abc import Mapping

import pandas as pd

from spinn.constraints.measured import over_limits
from spinn.constraints.rules import LoadLimits
from spinn.data import ExpressionData
from spinn.panel import Panel
from spinn.profiles.crowding import crowding
from spinn.profiles.loads import loads

COLUMNS = ("size", "type", "total", "share_of_three", "heaviest", "n_above", "unit")


def load_table(
    data: ExpressionData, panels: Mapping[int, Panel], limits: LoadLimits
) -> pd.DataFrame:
    """Return a row per panel and cell type, and one for all cells, from the training cells.

    Columns are ``size``, ``type`` (all: every cell), ``total``: molecules per cell of the panel's
    genes and the base's, ``share_of_three``: of them that the heaviest three genes carry, 0 to 1,
    ``heaviest``: these genes, ``n_above``: how many of all are above an upper limit of single genes
    in that type, ``unit``: of the total.
    """
    measured = loads(data)
    above = over_limits(measured, limits)
    rows = []
    for size, panel in panels.items():
        inside = data.positions(panel.measured)
        for name, (total, share, heaviest) in crowding(measured, inside).items():
            names = ", ".join(data.genes[i] for i in heaviest)
            n_above = int(above[name][inside].sum())
            rows.append((size, name, total, share, names, n_above, measured.unit))
    return pd.DataFrame(rows, columns=list(COLUMNS))
