"""How many molecules of each gene of a panel an assay has to read."""

import pandas as pd

from spinn.data import ExpressionData
from spinn.panel import Panel
from spinn.profiles.loads import Loads


def load_columns(data: ExpressionData, panel: Panel, molecules: Loads) -> pd.DataFrame:
    """Return one row per gene of a panel, in its order: load, load_max, load_type, load_unit.

    ``load``: mean molecules per cell over the training cells; ``load_max``: the highest mean in any
    one cell type, ``load_type``; where no types are known, the mean over all cells, `all`.
    """
    inside = data.positions(panel.genes)
    of_types = molecules.molecules[:, inside]
    return pd.DataFrame(
        {
            "load": molecules.overall[inside],
            "load_max": of_types.max(axis=0),
            "load_type": [molecules.types[i] for i in of_types.argmax(axis=0)],
            "load_unit": molecules.unit,
        }
    )
