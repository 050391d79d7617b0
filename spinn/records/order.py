"""An order's folder: the file to submit, the panel gene by gene, the checks, and a page to read."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spinn.constraints.terms import matched, union
from spinn.panel import PanelPath
from spinn.platforms.checks import Check, checks
from spinn.platforms.genes import OrderedGene, ordered_genes
from spinn.platforms.platform import Platform
from spinn.platforms.submission import panel_rows, submission_rows
from spinn.records.order_page import order_page
from spinn.records.reference import Reference, write_reference


@dataclass(frozen=True)
class Order:
    """A panel to be ordered.

    Parameters
    ----------
    path
        The panels of a run, or a list of genes.
    size
        Of the panel that is ordered.
    platform
        That it is ordered for; None for none in particular.
    ids
        Names of genes to Ensembl ids, for genes of which the panel has none.
    available
        Symbols and ids of the genes that can be made; None where they are not known.
    reference
        Cells that go with it; None for none.
    command
        By which it is written.
    """

    path: PanelPath
    size: int
    platform: Platform | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    available: frozenset[str] | None = None
    reference: Reference | None = None
    command: str = ""

    @property
    def genes(self) -> tuple[OrderedGene, ...]:
        """The genes, best first."""
        rows, about = self.path.explained(self.size), self.path.about
        terms = about.get("settings", {}).get("genes", {}).get("required", ())
        required = union(matched(terms, self.path.of_size(self.size).genes))
        return ordered_genes(rows, required=required, ids={**self.ids, **about.get("ids", {})})


def write_order(folder: Path, order: Order) -> list[Check]:
    """Write an order into a folder that is there and empty; return what its platform's rules say.

    ``panel.csv`` and ``README.txt`` always; with a platform ``checks.csv`` and, where its columns
    are known, ``submission.csv``; with cells ``reference/``.
    """
    genes, platform, size_gb = order.genes, order.platform, None
    _write_csv(folder / "panel.csv", panel_rows(genes))
    if order.reference is not None:
        (folder / "reference").mkdir()
        size_gb = write_reference(folder / "reference", order.reference)
    lines: list[Check] = []
    if platform is not None:
        lines = checks(
            genes,
            platform,
            reference_gb=size_gb,
            available=order.available,
            is_added=bool(order.path.of_size(order.size).base),
        )
        _write_csv(folder / "checks.csv", [Check._fields, *lines])
        if platform.columns:
            _write_csv(folder / "submission.csv", submission_rows(genes, platform.columns))
    files = [path.name for path in folder.iterdir()]
    page = order_page(genes, order.path, platform, lines, files=files, command=order.command)
    (folder / "README.txt").write_text(page, encoding="utf-8")
    return lines


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
