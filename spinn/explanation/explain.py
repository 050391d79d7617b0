"""Panels explained gene by gene: panel_K.csv, and what `PanelPath.table` shows."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from spinn.constraints.constraints import Constraints
from spinn.data import ExpressionData
from spinn.explanation.load import load_columns
from spinn.explanation.reasons import COLUMNS, reasons
from spinn.explanation.substitutes import substitutes
from spinn.panel import SLOT, Panel, PanelPath
from spinn.preparation.moments import MomentsOf, split_moments
from spinn.profiles.loads import loads

WHY_SLOT = "takes the room of a gene, and is none of the data"


def explain_panels(
    data: ExpressionData,
    paths: Sequence[PanelPath],
    sizes: Sequence[int],
    constraints: Constraints,
    *,
    task: str,
    moments_of: MomentsOf = split_moments,
) -> Iterator[pd.DataFrame]:
    """Yield a table per size of the first path's panel: why each gene is there, its substitutes.

    ``paths`` are those of all runs that did not fail, the recommended one first; the tables are
    empty without any. Only the training cells are used. Substitutes meet the constraints too. The
    last columns are the gene's load, whether it was ``required`` (yes, no), and its Ensembl ``id``
    and ``symbol``, empty where not known. ``moments_of`` gives split moments, where others need
    the same.
    """
    if not paths:
        yield from [pd.DataFrame(columns=COLUMNS)] * len(sizes)
        return
    moments, molecules = moments_of(data.of("train"), task), loads(data)
    first, *others = paths
    selector, seed = first.about["selector"], first.about["seed"]
    others = [path for path in others if path.about["selector"] != "random"]
    for size in sizes:
        panel, other_panels = first.of_size(size), [path.of_size(size) for path in others]
        parts = (
            reasons(data, panel, other_panels, selector=selector, seed=seed),
            substitutes(data, panel, moments, constraints),
            load_columns(data, panel, molecules),
            _names(data, panel, constraints),
        )
        yield _with_slots(pd.concat(parts, axis=1), panel)


def _with_slots(table: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Return a table with a row for each slot below the genes."""
    if not panel.slots:
        return table
    slots = pd.DataFrame({"gene": panel.slots, "why": WHY_SLOT, "role": SLOT, "required": "yes"})
    ranks = range(len(table) + 1, panel.size + 1)
    return pd.concat([table, slots.assign(rank=ranks)], ignore_index=True)


def _names(data: ExpressionData, panel: Panel, constraints: Constraints) -> pd.DataFrame:
    genes = data.names.of(panel.genes)
    required = ["yes" if gene in constraints.required else "no" for gene in panel.genes]
    return pd.DataFrame({"required": required, "id": genes.ids, "symbol": genes.symbols})


def as_rows(tables: Iterable[pd.DataFrame]) -> dict[str, list[list[Any]]]:
    """Return tables of panels as `PanelPath.about` holds them: size to a header and a row per gene.

    Numbers have four digits, as in panel_K.csv; what is empty or not known is None.
    """
    return {str(len(table)): [list(table.columns), *_plain_rows(table)] for table in tables}


def _plain_rows(table: pd.DataFrame) -> list[list[Any]]:
    return [[_plain(value) for value in row.values()] for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if not isinstance(value, float):
        return None if value == "" else value
    return float(f"{value:.4g}") if math.isfinite(value) else None
