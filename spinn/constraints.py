"""What a user demands of a panel: required and excluded genes."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRUE_WORDS = {"1", "true", "yes", "y"}
FALSE_WORDS = {"", "0", "false", "no", "n"}


@dataclass(frozen=True)
class Constraints:
    """Genes that every panel must hold, and genes that none may hold.

    Raises
    ------
    ValueError
        If a gene is both required and excluded.
    """

    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        both = sorted(set(self.required) & set(self.excluded))
        if both:
            raise ValueError(f"genes both required and excluded: {', '.join(both[:5])}")

    def required_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of the required genes, in the user's order."""
        position = {gene: i for i, gene in enumerate(genes)}
        return np.array([position[gene] for gene in self.required], dtype=np.int64)

    def candidate_positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the sorted positions of the genes that a panel may hold."""
        excluded = set(self.excluded)
        return np.array([i for i, gene in enumerate(genes) if gene not in excluded], dtype=np.int64)

    def check_sizes(self, sizes: Sequence[int], genes: Sequence[str]) -> None:
        """Raise unless a panel of each size can hold the required genes and no excluded one.

        Raises
        ------
        ValueError
            If a size is out of range, or there is none.
        """
        least, most = max(1, len(self.required)), len(self.candidate_positions(genes))
        wrong = [size for size in sizes if not least <= size <= most]
        if wrong or not sizes:
            raise ValueError(
                f"sizes must lie in {least}..{most}, came {wrong[:5]}; {len(self.required)} genes "
                f"are required and {most} of {len(genes)} may be chosen"
            )


def read_constraints(genes: Mapping[str, Any]) -> Constraints:
    """Return the constraints of the config section ``genes``.

    ``required`` and ``excluded`` are lists or files of one name a line; ``table`` is a CSV with a
    column ``gene`` and any of ``must`` and ``exclude`` (1/0, true/false, yes/no).

    Raises
    ------
    ValueError
        If the table has a column or a value that is not understood.
    """
    required, excluded = _names(genes.get("required", ())), _names(genes.get("excluded", ()))
    if genes.get("table"):
        must, exclude = _table(Path(genes["table"]))
        required, excluded = [*required, *must], [*excluded, *exclude]
    return Constraints(tuple(dict.fromkeys(required)), tuple(dict.fromkeys(excluded)))


def resolve_genes(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``genes`` of a checked config with its files read.

    So that editing a file reruns what depends on it, and what cannot be stops before any job.

    Raises
    ------
    ValueError
        If a file cannot be read, or the smallest panel cannot hold the required genes.
    """
    try:
        genes = read_constraints(config["genes"])
    except OSError as error:
        raise ValueError(f"genes: no such file: {error.filename}") from None
    except ValueError as error:
        raise ValueError(f"genes: {error}") from None
    smallest = min(config["panel_sizes"])
    if len(genes.required) > smallest:
        raise ValueError(
            f"genes.required: {len(genes.required)} genes do not fit the smallest panel "
            f"(panel_sizes: {smallest}); require fewer or ask for larger panels"
        )
    return {"required": list(genes.required), "excluded": list(genes.excluded), "table": None}


def _names(given: str | Sequence[str]) -> list[str]:
    if isinstance(given, str):
        lines = Path(given).read_text(encoding="utf-8-sig").splitlines()
        return [line.strip() for line in lines if line.strip()]
    return [str(name) for name in given]


def _table(path: Path) -> tuple[list[str], list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        unknown = sorted(set(columns) - {"gene", "must", "exclude"})
        if "gene" not in columns or unknown:
            raise ValueError(
                f"{path}: the gene table has the columns gene, must, exclude; came "
                f"{', '.join(columns)}"
            )
        rows = list(reader)
    must = [row["gene"] for row in rows if _is_true(row.get("must"), path, row["gene"])]
    exclude = [row["gene"] for row in rows if _is_true(row.get("exclude"), path, row["gene"])]
    return must, exclude


def _is_true(word: str | None, path: Path, gene: str) -> bool:
    lowered = (word or "").strip().lower()
    if lowered not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(f"{path}: {gene}: must be 1/0, true/false or yes/no, came {word!r}")
    return lowered in TRUE_WORDS
