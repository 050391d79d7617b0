"""The panels that are delivered, chosen from all cells, explained beside those that were judged."""

from collections.abc import Iterator, Sequence

import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.explain import explain_panels
from spinn.panel import PanelPath


def explain_delivered(
    data: ExpressionData,
    delivered: PanelPath | None,
    compared: Sequence[PanelPath],
    sizes: Sequence[int],
    constraints: Constraints,
    *,
    task: str,
) -> Iterator[pd.DataFrame]:
    """Yield a table per size as `explain_panels`, with the columns ``in_judged`` and ``cells``.

    Parameters
    ----------
    data
        All cells, none held out.
    delivered
        The panels chosen from them; None where all runs failed, and the tables have no row.
    compared
        The panels of the runs that were chosen without a split's test cells and did not fail. The
        one with the selector and seed of ``delivered`` was judged in its place: ``in_judged`` says
        (yes, no) whether its panel holds the gene too.
    """
    judged = [path for path in compared if delivered and _run(path) == _run(delivered)]
    others = [path for path in compared if path not in judged]
    paths = [delivered, *others] if delivered else []
    tables = explain_panels(data, paths, sizes, constraints, task=task)
    for size, table in zip(sizes, tables, strict=True):
        shared = {gene for path in judged for gene in path.of_size(size).genes}
        in_judged = table["gene"].isin([*shared, *constraints.slots])
        yield table.assign(in_judged=in_judged.map({True: "yes", False: "no"}), cells="all")


def _run(path: PanelPath) -> tuple[str, int]:
    return path.about["selector"], path.about["seed"]
