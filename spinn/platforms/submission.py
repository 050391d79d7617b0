"""Tables of an order, as rows of text below their headings: the one to submit, the one to read."""

from collections.abc import Callable, Mapping, Sequence

from spinn.platforms.genes import OrderedGene

PANEL_COLUMNS = ("id", "symbol", "priority", "role", "types", "load", "substitutes")

# What a column of a submission file may hold, see `spinn.platforms.platform.CONTENTS`.
_CONTENT: Mapping[str, Callable[[OrderedGene], str]] = {
    "symbol": lambda gene: gene.symbol or gene.name,
    "id": lambda gene: gene.id,
    "forced": lambda gene: "forced" if gene.required else "",
    "empty": lambda _gene: "",
}


def submission_rows(
    genes: Sequence[OrderedGene], columns: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Return the headings of a platform's columns, and a row per gene by priority."""
    contents = [_CONTENT[content] for content in columns.values()]
    return [tuple(columns), *(tuple(content(gene) for content in contents) for gene in genes)]


def panel_rows(genes: Sequence[OrderedGene]) -> list[tuple[str, ...]]:
    """Return id, symbol, priority, role, types, load and substitutes of each gene, by priority.

    The load is the mean per cell over all cells, with four digits.
    """
    return [
        PANEL_COLUMNS,
        *(
            (
                *(gene.id, gene.symbol, str(gene.priority), gene.role, gene.types),
                "" if gene.load is None else f"{gene.load:.4g}",
                gene.substitutes,
            )
            for gene in genes
        ),
    ]
