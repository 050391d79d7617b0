"""Every kind of input gives the same prepared cells."""

import warnings
from dataclasses import replace

import anndata as ad
import numpy as np
import pytest
import scipy.sparse as sp

from spinn.preparation.inputs import input_digest, read_input
from tests.support.cells import make_adata, prepared


def as_raw(adata, _):
    adata.raw = adata.copy()
    adata.X = adata.X * 0.5
    return adata[:, :3].copy(), {"layer": "raw"}


def as_layer(adata, _):
    adata.layers["molecules"] = adata.X.toarray()
    adata.X = None
    return adata, {"layer": "molecules"}


def as_view(adata, _):
    doubled = ad.concat([adata, adata], index_unique="-", merge="same")
    view = doubled[doubled.obs_names.str.endswith("-0")]
    assert view.is_view
    return view, {}


def as_matrix(convert):
    def change(adata, _):
        adata.X = convert(adata.X)
        return adata, {}

    return change


def as_h5ad(adata, folder):
    adata.write_h5ad(folder / "cells.h5ad")
    return read_input(str(folder / "cells.h5ad")), {}


def as_zarr(version):
    def change(adata, folder):
        quiet = warnings.catch_warnings(action="ignore")  # warnings of anndata's writer
        with quiet, ad.settings.override(zarr_write_format=version):
            adata.write_zarr(folder / "cells.zarr")
        return read_input(str(folder / "cells.zarr")), {}

    return change


KINDS = {
    "csc": as_matrix(sp.csc_matrix),
    "csr_array": as_matrix(sp.csr_array),
    "dense": as_matrix(lambda x: x.toarray()),
    "float64": as_matrix(lambda x: x.astype(np.float64)),
    "int64": as_matrix(lambda x: x.astype(np.int64)),
    "view": as_view,
    "raw": as_raw,
    "layer": as_layer,
    "h5ad": as_h5ad,
    "zarr 2": as_zarr(2),
    "zarr 3": as_zarr(3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_input_gives_the_same_cells(tmp_path, kind):
    columns = {"label": "type", "donor": "donor", "targets": ["age"]}
    expected, _ = prepared(tmp_path, make_adata(), dataset=columns)
    adata, where = KINDS[kind](make_adata(), tmp_path)
    data, _ = prepared(tmp_path, adata, dataset=columns | where)
    if kind == "view":
        data = replace(data, cells=expected.cells)
    assert data.fingerprint() == expected.fingerprint()


def test_digest_of_an_input(tmp_path):
    adata = make_adata()
    for name, factor in (("one", 1), ("same", 1), ("other", 2)):
        changed = adata.copy()
        changed.X = adata.X * factor
        as_zarr(3)(changed, tmp_path / name)
        as_h5ad(changed, tmp_path / name)
    for file in ("cells.zarr", "cells.h5ad"):
        one, same, other = (
            input_digest(str(tmp_path / n / file)) for n in ("one", "same", "other")
        )
        assert one == same != other


def test_bundled_cells():
    adata = read_input("scanpy:pbmc68k_reduced")
    assert adata.shape == (700, 765)
    assert len(input_digest("scanpy:pbmc68k_reduced")) == 64
