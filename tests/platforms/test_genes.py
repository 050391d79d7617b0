"""Genes of an order: symbols, ids, roles and loads from what a panel says of them."""

from spinn.platforms.genes import ordered_genes
from tests.support.orders import explained_path


def test_what_a_panel_says_of_its_genes_is_taken():
    rows = explained_path().explained(3)
    cd3e, ms4a1, b2m = ordered_genes(rows, ids={"CD3E": "ENSG00000198851.4"})
    assert (cd3e.symbol, cd3e.id, cd3e.priority, cd3e.required) == (
        *("CD3E", "ENSG00000198851", 1),
        True,
    )
    assert (cd3e.role, cd3e.types, cd3e.substitutes) == ("type", "T", "CD3D")
    assert (cd3e.load, cd3e.load_max, cd3e.load_type) == (1.5, 4.0, "T")
    assert (ms4a1.symbol, ms4a1.id) == ("", "ENSG00000156738")  # the name is an id
    assert (ms4a1.required, ms4a1.substitutes) == (False, "")
    assert (b2m.id, b2m.role, b2m.types) == ("", "structure", "")
    assert b2m.substitutes == "none good"


def test_a_row_s_own_id_and_symbol_come_first():
    row = {"gene": "g1", "gene_id": "ENSMUSG00000000001", "gene_symbol": "Gnai3", "types": "A, B"}
    (made,) = ordered_genes([row], ids={"g1": "ENSMUSG00000000002"}, required=["g1"])
    assert (made.name, made.symbol, made.id) == ("g1", "Gnai3", "ENSMUSG00000000001")
    assert (made.types, made.required, made.load) == ("A, B", True, None)
