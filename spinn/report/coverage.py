"""Tables of cell types: how surely the recommended panels tell them from their siblings."""

from typing import Any

import pandas as pd

from spinn.explanation.verdicts import IMPOSSIBLE, MISSED, SEPARATED, UNKNOWN
from spinn.report.tables import Table, cell

_ORDER = (MISSED, IMPOSSIBLE, UNKNOWN, SEPARATED)  # what a reader may want to change first


def coverage_tables(coverage: pd.DataFrame) -> list[Table]:
    """Return the coverage of the first split's panels, a table per size, missed types first.

    ``coverage`` holds one dataset's and task's rows of coverage.csv, with a column split.
    """
    first = coverage[coverage["split"] == coverage["split"].min()]
    return [_of_size(int(size), rows) for size, rows in first.groupby("size")]


def _of_size(size: int, rows: pd.DataFrame) -> Table:
    verdicts = rows["verdict"]
    ordered = rows.assign(rank=verdicts.map(_ORDER.index)).sort_values(["rank", "panel"])
    missed = rows.loc[verdicts == MISSED, "type"].tolist()
    words = f"{(verdicts == SEPARATED).sum()} of {len(rows)} types surely separated"
    words += f"; missed: {', '.join(missed)}" if missed else ""
    lines = [_line(row) for row in ordered.to_dict("records")]
    return {"size": size, "words": words, "missed": missed, "lines": lines}


def _line(row: dict[Any, Any]) -> Table:
    names = f": {row['markers']}" if row["markers"] else ""
    gene = f"{row['gene']}: {_percent(row['detected_in_type'])} and "
    gene += _percent(row["detected_in_sibling"])
    return {
        "type": row["type"],
        "test cells": row["n_test"],
        "markers in the panel": f"{row['n_in_panel']} of {row['n_markers']}{names}",
        "worst sibling": row["sibling"] or "none with test cells",
        "this panel": cell(row["panel"], row["panel_low"], row["panel_high"]),
        "all genes": cell(row["all_genes"], row["all_low"], row["all_high"]),
        "surest gene, detected in": gene if row["gene"] else "–",
        "verdict": row["verdict"],
    }


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
