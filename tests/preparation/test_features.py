"""What the features of a matrix are: ids, symbols, and what is no gene."""

import numpy as np
import pytest

from spinn.preparation.features import genes_of
from tests.support.cells import make_adata, prepared

IDS = [f"ENSG{i:011d}.{i}" for i in range(20)]


def described(**columns):
    """The small cells with columns of var."""
    adata = make_adata()
    for name, values in columns.items():
        adata.var[name] = values
    return adata


def test_ids_and_symbols_go_through_preparation(tmp_path):
    adata = described(
        gene_ids=IDS, kind=["A", None, None, *["S"] * 3, *[f"S{i}" for i in range(14)]]
    )
    adata = adata[:, ::-1].copy()
    dataset = {"gene_id": "gene_ids", "gene_symbol": "kind"}
    data, about = prepared(tmp_path, adata, dataset=dataset)
    assert data.ids == tuple(IDS)
    assert data.symbols[:7] == ("A", "", "", "S", "S", "S", "S0")
    assert about["var"] == ["spinn_id", "spinn_symbol"]
    assert data.names.meant_by("ENSG00000000003") == "g03"
    plain, _ = prepared(tmp_path, described(gene_ids=IDS))
    assert (plain.ids, plain.symbols) == (None, None)
    assert plain.fingerprint() == data.fingerprint()  # no selector reads them


def test_raw_has_columns_of_its_own(tmp_path):
    adata = described(gene_ids=IDS)
    adata.raw = adata.copy()
    bare = adata[:, :3].copy()
    bare.var = bare.var.drop(columns="gene_ids")
    data, _ = prepared(tmp_path, bare, dataset={"layer": "raw", "gene_id": "gene_ids"})
    assert data.ids == tuple(IDS)


def test_unused_columns_and_shared_symbols_are_mentioned(caplog):
    caplog.set_level("INFO")
    adata = described(gene_ids=IDS, feature_name=["T", "T", *[f"S{i}" for i in range(18)]])
    genes_of(adata, None)
    assert "var also has gene_ids, feature_name: see gene_id and gene_symbol" in caplog.text
    caplog.clear()
    genes, is_gene = genes_of(adata, None, gene_id="gene_ids", gene_symbol="feature_name")
    assert caplog.messages == [
        "gene_symbol: 1 belong to several genes each, which stay separate: T (g00, g01)"
    ]
    assert len(genes.names) == is_gene.sum() == 20


def test_a_column_must_be_there():
    with pytest.raises(KeyError, match="gene_id: 'ids' is not a column of var; those there: none"):
        genes_of(make_adata(), None, gene_id="ids")


@pytest.mark.parametrize("column", ["feature_types", "feature_type"])
def test_features_that_are_no_genes_are_left_out(column, tmp_path, caplog):
    caplog.set_level("INFO")
    kinds = np.array(["Gene Expression"] * 20, dtype=object)
    kinds[[2, 5]] = "Antibody Capture"
    adata = described(**{column: kinds})
    data, about = prepared(tmp_path, adata)
    assert data.n_genes == 18
    assert not {"g02", "g05"} & set(data.genes)
    assert "2 features are no genes by their type in var, and are left out: g02, g05" in caplog.text
    assert (about["filters"]["features_in"], about["filters"]["genes_in"]) == (20, 18)
    genes = np.flatnonzero(kinds == "Gene Expression")
    assert np.array_equal(data.total_counts, adata.X.toarray()[:, genes].sum(1))
    alone, _ = prepared(tmp_path, make_adata()[:, genes].copy())
    assert alone.fingerprint() == data.fingerprint()


def test_a_column_that_names_no_gene_expression_says_something_else():
    adata = described(feature_type=["protein_coding"] * 19 + ["lncRNA"])  # biotypes
    assert genes_of(adata, None)[1].all()
