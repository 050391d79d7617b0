"""The reference of an order: read back as anybody reads MEX."""

import gzip
import time

import numpy as np
import pandas as pd
import pytest
import scanpy as sc
import scipy.sparse as sp

from spinn.records.reference import Reference, write_reference

COUNTS = sp.csr_matrix(np.array([[0, 3, 1], [2, 0, 0]], dtype=np.float32))
NAMES = {"cells": ["c1", "c2"], "annotation": ["T, naive", "B"], "genes": ["A", "B", "C"]}


def test_what_is_written_is_read_again(tmp_path):
    reference = Reference(COUNTS, **NAMES, ids=["ENSG1", "ENSG2", "C"])
    size = write_reference(tmp_path, reference)
    assert size == pytest.approx(sum(p.stat().st_size for p in tmp_path.iterdir()) / 1e9)
    adata = sc.read_10x_mtx(tmp_path)
    assert (adata.X != COUNTS).nnz == 0
    assert adata.obs_names.tolist() == NAMES["cells"]
    assert adata.var_names.tolist() == NAMES["genes"]
    assert adata.var["gene_ids"].tolist() == ["ENSG1", "ENSG2", "C"]
    types = pd.read_csv(tmp_path / "annotation.csv")
    assert types.to_dict("list") == {"barcode": ["c1", "c2"], "annotation": ["T, naive", "B"]}
    first = gzip.decompress((tmp_path / "matrix.mtx.gz").read_bytes()).splitlines()[0]
    assert first == b"%%MatrixMarket matrix coordinate integer general"


def test_equal_cells_give_equal_bytes(tmp_path):
    reference = Reference(COUNTS, **NAMES, ids=NAMES["genes"])
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_reference(tmp_path / name, reference)
        time.sleep(1.1 * (name == "one"))  # gzip would note the second
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(("value", "shown"), [(0.5, "0.5, 0.5, 0.5"), (-1.0, "values below 0")])
def test_only_counts_are_taken(value, shown):
    counts = sp.csr_matrix(np.full((2, 3), value))
    with pytest.raises(ValueError, match=f"must hold whole counts of at least 0, got {shown}; nam"):
        Reference(counts, **NAMES, ids=NAMES["genes"])
