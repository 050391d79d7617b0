"""ExpressionData: cells by genes, split in parts, ready for selection and evaluation.

The prepared file is an ordinary ``.h5ad``, so any tool opens it; it is read here with h5py alone
(the on-disk format of AnnData is documented and stable), because every job of the workflow reads
it and importing anndata would cost each of them more than the reading.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spinn.names import GeneNames, gene_names, with_offers

PARTS = ("train", "valid", "test")
FORMAT = 1
_PER_CELL = ("values", "cells", "part", "counts", "total_counts", "labels", "donors", "targets")


@dataclass(frozen=True)
class ExpressionData:
    """Cells by genes with what selection needs to know about them; never changed in place.

    What is not known of the cells is None, or ().
    """

    values: sp.csr_matrix  # shape (n_cells, n_genes), log-normalised, float32
    genes: tuple[str, ...]  # distinct names, sorted
    cells: NDArray[np.str_]  # distinct names
    part: NDArray[np.str_]  # shape (n_cells,): `train`, `valid` or `test`
    mean: NDArray[np.float32]  # shape (n_genes,), of the training cells' values
    std: NDArray[np.float32]  # the same
    counts: sp.csr_matrix | None = None  # molecules, with the pattern of `values`
    total_counts: NDArray[np.int64] | None = None  # a cell's molecules of all genes of the input
    target_sum: float = 1e4  # molecules that each cell was scaled to before the logarithm
    labels: NDArray[np.int64] | None = None  # index of each cell's class
    classes: tuple[str, ...] = ()  # their names
    donors: NDArray[np.str_] | None = None  # donor of each cell
    targets: NDArray[np.float32] | None = None  # shape (n_cells, n_targets), for regression
    target_names: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None  # of the genes, each empty where not known
    symbols: tuple[str, ...] | None = None  # the same

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.cells), len(self.genes)):
            raise ValueError(
                f"values must have shape (cells, genes) = ({len(self.cells)}, {len(self.genes)}), "
                f"got {self.values.shape}"
            )
        if len(self.part) != len(self.cells):
            raise ValueError(f"part needs one entry per cell, got {len(self.part)}")
        for name, words in {"ids": self.ids, "symbols": self.symbols}.items():
            if words is not None and len(words) != len(self.genes):
                raise ValueError(f"{name} needs one entry per gene, got {len(words)}")

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.cells)

    @property
    def n_genes(self) -> int:
        """Number of genes."""
        return len(self.genes)

    @property
    def has_counts(self) -> bool:
        """Whether molecules are known, so that they can be split."""
        return self.counts is not None

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of every gene by its name."""
        return {gene: i for i, gene in enumerate(self.genes)}

    @cached_property
    def names(self) -> GeneNames:
        """The genes by name, id and symbol; ids and symbols by the names where not given."""
        return gene_names(self.genes, ids=self.ids, symbols=self.symbols)

    def positions(self, genes: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of genes by name, in the order given; KeyError if one is absent."""
        absent = [str(gene) for gene in genes if gene not in self.position]
        if absent:
            raise KeyError(
                f"{len(absent)} of {len(genes)} genes absent from the data: "
                f"{with_offers(absent, self.names.words)}; names must match the var "
                "names used"
            )
        return np.array([self.position[gene] for gene in genes], dtype=np.int64)

    def take(self, rows: NDArray[Any]) -> "ExpressionData":
        """Return the data of some cells, by position."""
        arrays = {name: getattr(self, name) for name in _PER_CELL}
        return replace(self, **{k: a[rows] for k, a in arrays.items() if a is not None})

    def of(self, *parts: str) -> "ExpressionData":
        """Return the cells of the named parts."""
        return self.take(np.flatnonzero(np.isin(self.part, parts)))

    def identity(self) -> dict[str, Any]:
        """Return what `panels.json` says of the cells a panel was chosen from."""
        return {"sha256": self.fingerprint(), "n_cells": self.n_cells, "n_genes": self.n_genes}

    def fingerprint(self) -> str:
        """Return the SHA-256 of all that selection may use: names, parts, cells, targets."""
        digest = hashlib.sha256()
        for names in (self.genes, self.cells, self.part, self.classes, self.donors):
            digest.update("\n".join(() if names is None else names).encode())
        matrices = [m for m in (self.values, self.counts) if m is not None]
        arrays = [part for m in matrices for part in (m.data, m.indices, m.indptr)]
        for array in (*arrays, self.total_counts, self.labels, self.targets):
            digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def read_prepared(path: Path | str, *, parts: Sequence[str] = PARTS) -> ExpressionData:
    """Read the cells of ``parts`` from a ``.h5ad`` that this version's preparation wrote."""
    with h5py.File(path, "r") as file:
        about = json.loads(file["uns/spinn"][()]) if "uns/spinn" in file else {}
        if about.get("format") != FORMAT:
            raise ValueError(
                f"{path}: format must be {FORMAT}, got {about.get('format')!r}; "
                "prepare the data again with this version of spinn"
            )
        data = decode(about, lambda place: _array(file, place))
    return data if set(parts) == set(PARTS) else data.of(*parts)


def decode(about: Mapping[str, Any], read: Callable[[str], Any]) -> ExpressionData:
    """Return prepared cells from what preparation recorded of them, and a reader of arrays.

    ``read`` returns what the ``.h5ad`` holds at a place, such as `X`, `obs/part` or `var/_index`.
    """
    columns = about.get("var", ())
    classes = tuple(about["classes"])
    code = {name: i for i, name in enumerate(classes)}
    return ExpressionData(
        values=read("X"),
        genes=tuple(read("var/_index").tolist()),
        cells=read("obs/_index"),
        part=read("obs/part"),
        mean=read("var/mean"),
        std=read("var/std"),
        counts=read("layers/counts") if about["has_counts"] else None,
        total_counts=read("obs/spinn_total_counts") if about["has_counts"] else None,
        target_sum=about["target_sum"],
        labels=np.array([code[n] for n in read("obs/spinn_label")]) if about["label"] else None,
        classes=classes,
        donors=read("obs/spinn_donor") if about["donor"] else None,
        targets=read("obsm/spinn_targets") if about["targets"] else None,
        target_names=tuple(about["targets"]),
        ids=tuple(read("var/spinn_id").tolist()) if "spinn_id" in columns else None,
        symbols=tuple(read("var/spinn_symbol").tolist()) if "spinn_symbol" in columns else None,
    )


def read_about(path: Path | str) -> dict[str, Any]:
    """Return what preparation recorded about a prepared file: filters, counts, split."""
    with h5py.File(path, "r") as file:
        return dict(json.loads(file["uns/spinn"][()]))


def _array(file: h5py.File, place: str) -> Any:
    """Return a CSR matrix, numbers or text by its place in a ``.h5ad``."""
    group = place.removesuffix("/_index")
    node = file[place if group == place else f"{group}/{file[group].attrs['_index']}"]
    if isinstance(node, h5py.Group) and "indptr" in node:
        parts = tuple(node[name][()] for name in ("data", "indices", "indptr"))
        return sp.csr_matrix(parts, shape=tuple(node.attrs["shape"]))
    if isinstance(node, h5py.Group) and "codes" in node:  # a categorical column
        return _text(node["categories"])[node["codes"][()]]
    if isinstance(node, h5py.Group):  # a nullable string array
        node = node["values"]
    return node[()] if h5py.check_string_dtype(node.dtype) is None else _text(node)


def _text(node: h5py.Dataset) -> NDArray[np.str_]:
    return np.asarray(node.asstr()[()], dtype=np.str_)
