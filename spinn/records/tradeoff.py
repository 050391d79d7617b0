"""What panels for types and for all genes at once cost either goal, as a table."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from spinn.metrics.registry import DIRECTION
from spinn.panel import PanelPath

_KEYS = ("dataset", "split", "task", "seed")
COLUMNS = (
    *(*_KEYS, "size", "candidate", "taken", "goal"),
    *("metric", "value", "price", "standard_error"),
)


def tradeoff(paths: Iterable[PanelPath]) -> pd.DataFrame:
    """Return a row per run, size, candidate and goal, from what `recommended` says of its choice.

    ``value`` is the goal's headline metric on training cells held out, ``price`` how much worse it
    is than that of the panel made for this goal alone, below 0 where it is better. Runs for one
    goal have no row.
    """
    rows = [row for path in paths for row in _rows(path)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(path: PanelPath) -> Iterator[dict[str, Any]]:
    settings = path.about["settings"]
    metrics = settings.get("metrics", {})  # of runs for both goals only
    for size, of_size in settings["chosen"].items() if metrics else ():
        for candidate, prices in of_size["prices"].items():
            for goal, (price, standard_error) in prices.items():
                sign = -1 if DIRECTION[metrics[goal]] == "higher" else 1
                yield {
                    **{key: path.about[key] for key in _KEYS},
                    "size": int(size),
                    "candidate": candidate,
                    "taken": "yes" if candidate == of_size["taken"] else "no",
                    "goal": goal,
                    "metric": metrics[goal],
                    "value": sign * of_size["losses"][candidate][goal],
                    "price": price,
                    "standard_error": standard_error,
                }


def price_lines(path: PanelPath) -> list[str]:
    """Return a sentence per size on what a panel for both goals costs; none of other runs."""
    table = tradeoff([path])
    taken = table[table["taken"] == "yes"]
    return [
        f"{size} genes: {rows['candidate'].iloc[0]}; next to a panel for one goal alone worse by "
        + " and ".join(
            f"{row['price']:.4f} ± {row['standard_error']:.4f} for {row['goal']} ({row['metric']})"
            for row in rows.to_dict("records")
        )
        for size, rows in taken.groupby("size")
    ]
