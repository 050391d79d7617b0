"""The grouping rule: which genes of a data set stand in for each other. No torch."""

from spinn.data import read_prepared
from spinn.stability.interchangeable import interchangeable


def group_genes(prepared: str, *, output: str) -> None:
    """Write the groups of interchangeable genes of one data set and split."""
    data = read_prepared(prepared, parts=("train",))
    interchangeable(data).to_csv(output, index=False)
