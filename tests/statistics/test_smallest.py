"""The smallest panel whose interval reaches the share."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.statistics.smallest import COLUMNS, smallest

LOW = st.floats(-0.5, 1.5) | st.just(float("nan"))


def normalised(lows, *, metric="fvu_split", selector="greedy", measure="share"):
    """Rows of normalised.csv: lower ends by size."""
    rows = [
        ("d", "t", size, metric, selector, measure, low + 0.1, low, low + 0.2, 20, 2, 1, 150)
        for size, low in lows.items()
    ]
    columns = "dataset task size metric selector measure value low high n_null n_seeds n_splits"
    return pd.DataFrame(rows, columns=[*columns.split(), "n_blocks"])


@given(st.dictionaries(st.integers(1, 99), LOW, min_size=1, max_size=6), st.floats(0.1, 1))
def test_no_smaller_panel_reaches_the_share(lows, share):
    table = smallest(normalised(lows), share)
    assert tuple(table.columns) == COLUMNS
    (row,) = table.to_dict("records")
    enough = [size for size, low in lows.items() if low >= share]
    assert row["size"] == (str(min(enough)) if enough else "none")
    known = [low for low in lows.values() if not np.isnan(low)]
    expected = lows[min(enough)] if enough else max(known, default=np.nan)
    assert row["low"] == expected or (np.isnan(row["low"]) and np.isnan(expected))
    assert (row["share"], row["n_seeds"], row["n_blocks"]) == (share, 2, 150)


def test_only_the_headline_s_share_counts():
    table = pd.concat(
        [
            normalised({8: 0.5, 16: 0.95}),
            normalised({8: 0.99, 16: 0.99}, metric="knn_share"),
            normalised({8: 99.0}, measure="z"),
            normalised({16: 0.97, 8: 0.92}, selector="pca"),
        ]
    )
    rows = smallest(table, 0.9)
    assert rows["selector"].tolist() == ["greedy", "pca"]
    assert rows["size"].tolist() == ["16", "8"]
    assert (rows["metric"] == "fvu_split").all()


def test_without_rows_there_is_an_empty_table():
    assert smallest(normalised({}), 0.9).empty


def test_a_task_without_a_headline_is_refused():
    with pytest.raises(ValueError, match="a task needs one of"):
        smallest(normalised({8: 1.0}, metric="knn_share"), 0.9)
