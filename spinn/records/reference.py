"""The cells that go with an order, for a vendor's own designer: MEX, and the cells' types."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse as sp

GB = 1e9


@dataclass(frozen=True)
class Reference:
    """Whole counts of cells, with the cells' types.

    Parameters
    ----------
    counts
        Shape (cells, genes).
    cells, annotation
        The name of each cell, and its type.
    genes, ids
        The symbol of each gene, and its id; where no id is known, the symbol once more.
    """

    counts: sp.csr_matrix
    cells: Sequence[str]
    annotation: Sequence[str]
    genes: Sequence[str]
    ids: Sequence[str]

    def __post_init__(self) -> None:
        values = self.counts.data
        if not np.all((values == np.round(values)) & (values >= 0)):
            odd = [f"{value:.3g}" for value in values[values != np.round(values)][:3]]
            raise ValueError(
                "the reference must hold whole counts of at least 0, got "
                f"{', '.join(odd) or 'values below 0'}; name a layer that holds them (--layer)"
            )


def write_reference(folder: Path, reference: Reference) -> float:
    """Write matrix.mtx.gz (genes x cells), features.tsv.gz, barcodes.tsv.gz and annotation.csv.

    The folder must be there. Returns the size of the files in GB.
    """
    matrix = sp.coo_matrix(reference.counts.T.astype(np.int64))
    with _zipped(folder / "matrix.mtx.gz") as file:
        scipy.io.mmwrite(file, matrix, field="integer", symmetry="general")
    features = zip(reference.ids, reference.genes, strict=True)
    _write_lines(folder / "features.tsv.gz", (f"{i}\t{g}\tGene Expression" for i, g in features))
    _write_lines(folder / "barcodes.tsv.gz", reference.cells)
    with (folder / "annotation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("barcode", "annotation"))
        writer.writerows(zip(reference.cells, reference.annotation, strict=True))
    return sum(path.stat().st_size for path in folder.iterdir()) / GB


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with _zipped(path) as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def _zipped(path: Path) -> gzip.GzipFile:
    """Return a file to write to that holds no time, so that equal contents give equal bytes."""
    return gzip.GzipFile(path, "wb", mtime=0)
