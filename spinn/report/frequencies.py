"""What the report says of genes that resampling found stable."""

import pandas as pd

from spinn.report.tables import Table


def frequency_table(frequencies: pd.DataFrame | None) -> Table | None:
    """Return the stable genes of every selector by size, of the first split.

    ``frequencies`` holds one dataset's and task's rows of frequencies.csv, with a column split.
    """
    if frequencies is None or frequencies.empty:
        return None
    own = frequencies[frequencies["split"] == frequencies["split"].min()]
    sizes = sorted(set(own["size"].astype(int)))
    stable = own[own["stable"] == "yes"]
    lines = [
        {
            "selector": name,
            "cells": [
                stable.loc[(stable["selector"] == name) & (stable["size"] == size), "gene"].tolist()
                for size in sizes
            ],
        }
        for name in dict.fromkeys(own["selector"])
    ]
    return {
        "sizes": sizes,
        "lines": lines,
        "n_halves": int(own["n_halves"].max()),
        "split": int(own["split"].iloc[0]),
    }
