"""ExpressionData: what it checks, how it is cut, and what its fingerprint sees."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

from spinn.data import read_about, read_prepared
from tests.support.cells import make_adata, make_data, prepared, scrambled, without_counts

DATA = make_data(30, 6)
EVERYTHING = {"label": "type", "donor": "donor", "targets": ["age"]}


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r"shape \(cells, genes\) = \(30, 5\), got \(30, 6\)"):
        replace(DATA, genes=DATA.genes[:5])
    with pytest.raises(ValueError, match="part needs one entry per cell, got 29"):
        replace(DATA, part=DATA.part[:29])


def test_positions_keep_the_order_of_the_names():
    assert DATA.positions(["g04", "g00"]).tolist() == [4, 0]
    with pytest.raises(KeyError, match=r"2 of 3 genes absent from the data: x, y; names must"):
        DATA.positions(["x", "g01", "y"])


def test_genes_have_ids_and_symbols_or_what_their_names_tell():
    assert DATA.names.symbols == DATA.genes
    assert DATA.names.ids == ("",) * 6
    symbols = ("CD3E", "CD3D", "", "x", "y", "z")
    data = replace(DATA, symbols=symbols)
    assert data.names.symbols == symbols
    with pytest.raises(KeyError, match=r"data: cd3e .did you mean CD3E\?., G05 .did you mean g05"):
        data.positions(["cd3e", "G05", "g01"])
    with pytest.raises(ValueError, match="ids needs one entry per gene, got 1"):
        replace(DATA, ids=("x",))


def test_take_cuts_everything_that_has_cells():
    data = replace(DATA, donors=DATA.cells)
    rows = np.array([7, 2])
    taken = data.take(rows)
    assert taken.n_cells == 2
    for name in ("cells", "part", "total_counts", "labels", "donors", "targets"):
        assert np.array_equal(getattr(taken, name), getattr(data, name)[rows]), name
    for name in ("values", "counts"):
        cut, whole = getattr(taken, name).toarray(), getattr(data, name).toarray()
        assert np.array_equal(cut, whole[rows]), name
    assert taken.mean is data.mean
    bare = replace(without_counts(data), labels=None, donors=None, targets=None).take(rows)
    assert (bare.counts, bare.labels, bare.donors, bare.targets) == (None,) * 4


def test_of_gives_the_parts_by_name():
    sizes = {part: DATA.of(part).n_cells for part in ("train", "valid", "test")}
    assert sum(sizes.values()) == 30
    assert min(sizes.values()) > 0
    assert DATA.of("train", "valid").n_cells == sizes["train"] + sizes["valid"]
    assert set(DATA.of("test").part) == {"test"}


CHANGES = {
    "genes": {"genes": ("x", *DATA.genes[1:])},
    "cells": {"cells": DATA.cells[::-1]},
    "part": {"part": DATA.part[::-1]},
    "values": {"values": DATA.values * 2},
    "counts": {"counts": DATA.counts * 2},
    "no counts": {"counts": None, "total_counts": None},
    "total_counts": {"total_counts": DATA.total_counts + 1},
    "labels": {"labels": DATA.labels[::-1]},
    "classes": {"classes": ("x", "y", "z")},
    "donors": {"donors": DATA.cells},
    "targets": {"targets": DATA.targets + 1},
}


@pytest.mark.parametrize("change", CHANGES)
def test_fingerprint_sees_every_change(change):
    assert replace(DATA, **CHANGES[change]).fingerprint() != DATA.fingerprint()


def test_fingerprint_is_that_of_equal_data():
    assert make_data(30, 6).fingerprint() == DATA.fingerprint()
    assert DATA.identity() == {"sha256": DATA.fingerprint(), "n_cells": 30, "n_genes": 6}
    assert scrambled(DATA, "test").of("train").fingerprint() == DATA.of("train").fingerprint()


def test_a_prepared_file_is_read_by_parts(tmp_path):
    data, about = prepared(tmp_path, make_adata(), dataset=EVERYTHING)
    train = read_prepared(tmp_path / "prepared.h5ad", parts=["train"])
    assert train.fingerprint() == data.of("train").fingerprint()
    assert read_about(tmp_path / "prepared.h5ad") == about


def test_files_of_another_format_are_refused(tmp_path):
    make_adata().write_h5ad(tmp_path / "raw.h5ad")
    with pytest.raises(ValueError, match="format must be 1, got None; prepare the data again"):
        read_prepared(tmp_path / "raw.h5ad")
    prepared(tmp_path, make_adata())
    with h5py.File(tmp_path / "prepared.h5ad", "a") as file:
        text = file["uns/spinn"].asstr()[()].replace('"format": 1', '"format": 2')
        del file["uns/spinn"]
        file["uns/spinn"] = text
    with pytest.raises(ValueError, match="format must be 1, got 2; prepare the data again"):
        read_prepared(tmp_path / "prepared.h5ad")
