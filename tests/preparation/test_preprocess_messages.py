"""The messages for cells that cannot be prepared."""

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.constraints.rules import GeneRules
from spinn.preparation.inputs import read_input
from tests.support.cells import adata_with, gene_names, make_adata, prepared


def cell_with(value):
    counts = make_adata().X.toarray()
    counts[7, 3] = value
    return {"X": sp.csr_matrix(counts)}


def silent(gene):
    counts = make_adata().X.toarray()
    counts[:, gene] = 0
    return {"X": sp.csr_matrix(counts)}


TYPES = make_adata().obs["type"].astype(str).to_numpy()
LOGNORM = {"values": "lognorm"}

# Changes to the cells, options of preparation, the error and its message.
REFUSED = {
    "duplicate genes": (
        {"names": [*gene_names(18), "g01", "g02"]},
        {},
        ValueError,
        r"gene names must be distinct; 2 repeat: g01, g02; make them unique \(adata.var_names_make",
    ),
    "nan": (cell_with(np.nan), {}, ValueError, "finite; NaN or infinity in cell 7; clean them"),
    "infinite": (cell_with(np.inf), {}, ValueError, "NaN or infinity in cell 7"),
    "negative": (cell_with(-1.5), {}, ValueError, "must not be negative, got -1.5: the matrix see"),
    "zeros": ({"X": sp.csr_matrix((100, 20))}, {}, ValueError, "the matrix holds zeros only"),
    "not counts": (
        cell_with(2.5),
        {},
        ValueError,
        "values: counts was declared, but the matrix holds 2.5; declare values: lognorm",
    ),
    "not lognorm": (
        {},
        {"dataset": LOGNORM},
        ValueError,
        r"lognorm was declared, but the matrix holds whole numbers up to \d+; declare values: coun",
    ),
    "no logarithm": (
        cell_with(999.5),
        {"dataset": LOGNORM},
        ValueError,
        "lognorm was declared, but the matrix holds values up to 999.5; if they are counts, round",
    ),
    "no X": ({"X": None}, {}, ValueError, "the data have no X; name a layer"),
    "layer": (
        {},
        {"dataset": {"layer": "spliced"}},
        KeyError,
        r"layer: 'spliced' is not there; layers: none \(null for X, raw for .raw\)",
    ),
    "raw": ({}, {"dataset": {"layer": "raw"}}, KeyError, "the data have no .raw; set layer: null"),
    "label": (
        {},
        {"dataset": {"label": "kind"}},
        KeyError,
        "label: 'kind' is not a column of obs; those there: type, donor, age",
    ),
    "donor": (
        {},
        {"dataset": {"donor": "who"}},
        KeyError,
        "donor: 'who' is not a column of obs; those there: type, donor, age",
    ),
    "label missing": (
        {"obs": {"type": [None, *TYPES[1:]]}},
        {"dataset": {"label": "type"}},
        ValueError,
        r"label: obs column 'type' has no value for 1 of 100 cells \(c0000\); fill it or drop",
    ),
    "rare class": (
        {"obs": {"type": ["rare", "rare", *TYPES[2:]]}},
        {"dataset": {"label": "type"}},
        ValueError,
        r"each class needs at least 3 cells.*too few in: rare \(2\)",
    ),
    "one donor": (
        {"obs": {"donor": ["d"] * 100}},
        {"dataset": {"donor": "donor"}},
        ValueError,
        "needs at least 3 donors.*got 1: d; set donor: null",
    ),
    "required absent": (
        {},
        {"rules": GeneRules(required=("g01", "CD3", "CD4"))},
        KeyError,
        "genes.required: 2 absent from the data: CD3, CD4; names must match the var names",
    ),
    "required constant": (
        silent(4),
        {"rules": GeneRules(required=("g04",))},
        ValueError,
        "required genes are constant in the training cells: g04; a panel cannot use them",
    ),
    "panel too large": (
        {},
        {"sizes": [20], "rules": GeneRules(excluded=("g01", "not there"))},
        ValueError,
        r"the largest panel \(20\) needs as many genes, but after filtering 19 may be chosen",
    ),
    "no cell left": (
        {},
        {"preprocess": {"min_genes": 21}},
        ValueError,
        "no cell has min_genes = 21 genes detected; lower it",
    ),
    "no gene left": (
        {},
        {"preprocess": {"min_cells": 101}},
        ValueError,
        "no gene is detected in min_cells = 101 training cells; lower it",
    ),
    "target": (
        {},
        {"dataset": {"targets": ["weight"]}},
        KeyError,
        "targets: 'weight' is not a column of obs; those there: type, donor, age",
    ),
    "obsm": (
        {},
        {"dataset": {"targets": ["obsm/umap"]}},
        KeyError,
        "targets: 'umap' is not in obsm; those there: place",
    ),
    "target is text": (
        {},
        {"dataset": {"targets": ["type"]}},
        ValueError,
        "targets: obs column 'type' must be numeric",
    ),
    "target missing": (
        {"obs": {"age": [np.nan, *range(99)]}},
        {"dataset": {"targets": ["age"]}},
        ValueError,
        "targets: 'age' has missing or infinite values; fill or drop them",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    changes, options, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        prepared(tmp_path, adata_with(**changes), **options)


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("scanpy:pbmc", ValueError, "scanpy:pbmc does not ship with scanpy; there is pbmc68k_redu"),
        ("nowhere.h5ad", FileNotFoundError, "no such file: nowhere.h5ad"),
        (__file__, ValueError, "the input must end in .h5ad or .zarr, got"),
    ],
)
def test_inputs_that_cannot_be_read(path, error, message):
    with pytest.raises(error, match=message):
        read_input(path)


@pytest.mark.parametrize("name", ["cells.h5ad", "cells.zarr"])
def test_files_that_are_broken(tmp_path, name):
    if name.endswith("zarr"):
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_bytes(b"not what its name says")
    with pytest.raises(ValueError, match=f"{name} must be a whole .* and cannot be read"):
        read_input(str(tmp_path / name))
