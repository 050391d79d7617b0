"""The table of genes that resampling found stable."""

import pandas as pd

from spinn.report.tables import Table


def frequency_table(frequencies: pd.DataFrame) -> Table:
    """Return the stable genes of every selector by size, of the first split.

    ``frequencies`` holds one dataset's and task's rows of frequencies.csv, with a column split.
    """
    rows = frequencies[frequencies["split"] == frequencies["split"].min()]
    sizes = sorted(set(rows["size"].astype(int)))
    stable = rows[rows["stable"] == "yes"].groupby(["selector", "size"])["gene"].agg(", ".join)
    lines = [
        {"selector": name} | {f"{size} genes": stable.get((name, size), "none") for size in sizes}
        for name in dict.fromkeys(rows["selector"])
    ]
    n_halves, split = int(rows["n_halves"].max()), int(rows["split"].iloc[0])
    caption = (
        f"Genes called stable: chosen on {n_halves} halves of the training cells of split {split} "
        "more often than by chance and than in cells with permuted genes, for all genes at once, "
        "with at most 0.05 false ones expected; frequencies and their intervals: frequencies.csv"
    )
    return {"lines": lines, "caption": caption}
