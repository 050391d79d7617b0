"""Stable genes on the page, by selector and size."""

import pandas as pd

from spinn.report.page import render
from tests.support.page_inputs import tables
from tests.support.pages import Page


def test_stable_genes_are_named_by_selector_and_size():
    rows = [("greedy", 4, "CD3D", "yes"), ("greedy", 4, "LYZ", "no"), ("hvg", 8, "LYZ", "no")]
    table = pd.DataFrame(rows, columns=["selector", "size", "gene", "stable"])
    table = table.assign(dataset="data", task="classification", split=0, n_halves=50)
    given = tables()
    assert "Genes called stable" not in render(**given)
    page = Page(render(**given | {"tables": {"frequencies": table}}))
    caption, cells = next(table for table in page.tables if "called stable" in table[0])
    assert "50 halves of the training cells of split 0" in caption
    assert cells == ["CD3D", "none", "none", "none"]
