"""Delivered panels, explained beside the panel that was judged in their place."""

from spinn.constraints.constraints import Constraints
from spinn.explanation.delivered import explain_delivered
from spinn.explanation.explain import explain_panels
from spinn.panel import Panel, PanelPath
from tests.support.cells import make_data

DATA = make_data(n_genes=12)


def path(*genes, selector="greedy", seed=0):
    return PanelPath((Panel(genes),), (), {"selector": selector, "seed": seed})


def explained(delivered, *compared):
    options = {"sizes": [2], "constraints": Constraints(), "task": "reconstruction"}
    (table,) = explain_delivered(DATA, delivered, compared, **options)
    return table


def test_the_judged_panel_is_that_of_the_same_selector_and_seed():
    others = [path("g03", "g09", seed=1), path("g03", "g09", selector="hvg")]
    table = explained(path("g03", "g01"), path("g01", "g05"), *others)
    assert table["in_judged"].tolist() == ["no", "yes"]
    assert set(table["cells"]) == {"all"}
    assert table["frequency"].tolist() == [1, 0]  # the judged panel is not one of the others


def test_all_else_is_as_of_any_panel():
    first, other = path("g03", "g01"), path("g03", "g09", selector="hvg")
    task = "reconstruction"
    (plain,) = explain_panels(DATA, [first, other], [2], Constraints(), task=task)
    assert explained(first, path("g01", "g05"), other)[plain.columns].equals(plain)


def test_without_a_delivered_panel_the_table_is_empty():
    assert explained(None, path("g01", "g05")).empty
