"""The recommended panels, explained gene by gene: panel_K.csv."""

from collections.abc import Iterator, Sequence

import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.reasons import COLUMNS, reasons
from spinn.explanation.substitutes import substitutes
from spinn.panel import PanelPath
from spinn.preparation.moments import split_moments


def explain_panels(
    data: ExpressionData,
    paths: Sequence[PanelPath],
    sizes: Sequence[int],
    constraints: Constraints,
    *,
    task: str,
) -> Iterator[pd.DataFrame]:
    """Yield a table per size of the first path's panel: why each gene is there, its substitutes.

    ``paths`` are those of all runs that did not fail, the recommended one first; the tables are
    empty without any. Only the training cells are used. Substitutes meet the constraints too. The
    last columns are the gene's Ensembl ``id`` and ``symbol``, empty where not known.
    """
    if not paths:
        yield from [pd.DataFrame(columns=COLUMNS)] * len(sizes)
        return
    moments = split_moments(data.of("train"), task)
    first, *others = paths
    selector, seed = first.about["selector"], first.about["seed"]
    others = [path for path in others if path.about["selector"] != "random"]
    for size in sizes:
        panel, other_panels = first.of_size(size), [path.of_size(size) for path in others]
        why = reasons(data, panel, other_panels, selector=selector, seed=seed)
        genes = data.names.of(panel.genes)
        identity = pd.DataFrame({"id": genes.ids, "symbol": genes.symbols})
        yield pd.concat([why, substitutes(data, panel, moments, constraints), identity], axis=1)
