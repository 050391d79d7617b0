"""Why a gene is in a panel: correlations, types and other panels, by hand."""

import numpy as np
import pytest

from spinn.explanation.reasons import COLUMNS, reasons
from spinn.panel import Panel
from tests.support.cells import TYPES, from_counts, make_data, scrambled

DATA = make_data(200, 12)
PANEL = Panel(("g07", "g02"))


def test_a_gene_s_strongest_correlations_outside_the_panel_are_named():
    train = DATA.of("train")
    r = np.corrcoef(train.values.toarray(), rowvar=False)
    table = reasons(DATA, PANEL, [], selector="greedy", seed=3)
    assert tuple(table.columns) == COLUMNS
    assert table["gene"].tolist() == list(PANEL.genes)
    assert table["rank"].tolist() == [1, 2]
    assert (table["selector"] == "greedy").all()
    assert (table["seed"] == 3).all()
    outside = np.setdiff1d(np.arange(12), DATA.positions(PANEL.genes))
    for gene, why in zip(DATA.positions(PANEL.genes), table["why"], strict=True):
        best = outside[np.argsort(-np.abs(r[gene, outside]))[:3]]
        names = ", ".join(f"{DATA.genes[other]} (r {r[gene, other]:.2f})" for other in best)
        assert why.startswith(f"correlates with {names}; highest in ")


def test_the_type_in_which_a_gene_is_highest_is_named():
    train = DATA.of("train")
    values = train.values[:, DATA.positions(["g07"])].toarray().ravel()
    highest = TYPES[np.argmax([values[train.labels == kind].mean() for kind in range(3)])]
    why = reasons(DATA, PANEL, [], selector="greedy", seed=0)["why"]
    assert why[0].endswith(f"; highest in {highest}")
    bare = reasons(from_counts(DATA.counts), PANEL, [], selector="greedy", seed=0)["why"]
    assert not bare.str.contains("highest").any()


def test_the_share_of_other_panels_with_the_gene_is_counted():
    others = [Panel(("g07", "g01")), Panel(("g03", "g04")), Panel(("g07", "g02"))]
    table = reasons(DATA, PANEL, others, selector="greedy", seed=0)
    assert table["frequency"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table["why"][0].endswith("in 2 of 3 other panels of this size")


def test_a_panel_of_all_genes_has_none_outside():
    table = reasons(DATA, Panel(DATA.genes), [], selector="greedy", seed=0)
    assert table["why"].str.startswith("no gene outside the panel follows it").all()
    assert table["frequency"].isna().all()  # there are no other panels


def test_only_training_cells_are_used():
    one, other = (
        reasons(data, PANEL, [], selector="greedy", seed=0)
        for data in (DATA, scrambled(DATA, "valid", "test"))
    )
    assert one.equals(other)
