"""What lists of genes hold, beside how well they predict: molecules to read, markers of types."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np

from spinn.data import ExpressionData
from spinn.panel import Panel
from spinn.profiles.crowding import crowding
from spinn.profiles.loads import ALL_CELLS, loads
from spinn.profiles.markers import marker_sets

Key = TypeVar("Key", bound=Hashable)
ENOUGH = 2  # markers of a type, so that one may fail


def contents(
    data: ExpressionData, panels: Iterable[tuple[Key, Panel]]
) -> dict[str, dict[Key, float]]:
    """Return measures of what panels hold, each of every key: the mean over the key's panels.

    From training cells, the genes of a base included. ``load_total``: molecules per cell of all
    genes of the panel (of log-normalised data in the unit of `spinn.profiles.loads`);
    ``load_share_of_three``: of them that the heaviest three genes carry, 0 to 1; where types are
    known, ``types_with_two_markers``: how many of them have at least two markers in the panel.
    """
    molecules = loads(data)
    markers = None if data.labels is None else marker_sets(data).values()
    values: dict[str, dict[Key, list[float]]] = {}
    for key, panel in panels:
        total, share, _ = crowding(molecules, data.positions(panel.measured))[ALL_CELLS]
        measures = {"load_total": total, "load_share_of_three": share}
        if markers is not None:
            held = set(panel.measured)
            n_marked = sum(len(held.intersection(of_type)) >= ENOUGH for of_type in markers)
            measures["types_with_two_markers"] = n_marked
        for name, value in measures.items():
            values.setdefault(name, {}).setdefault(key, []).append(value)
    return {
        name: {key: float(np.mean(of_key)) for key, of_key in by_key.items()}
        for name, by_key in values.items()
    }
