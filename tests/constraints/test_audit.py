"""The audit: right about panels that the wrapper made, and about panels that break a constraint."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spinn.constraints.audit import COLUMNS, audit
from spinn.constraints.files import read_rules
from spinn.constraints.rules import Bounds, GeneRules
from spinn.panel import Panel
from spinn.platforms.reader import read_platform
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.run import Run
from tests.support.gene_sections import DATA, GENES, SECTION, constraints_in


def lines(genes, size=None, **rules):
    panel = Panel(tuple(genes))
    table = audit(DATA, GeneRules(**rules), {size or panel.size: panel})
    return {row["constraint"]: row for row in table.to_dict("records")}


@given(section=SECTION, size=st.integers(1, 10))
def test_panels_of_the_wrapper_pass_but_for_required_genes_out_of_bounds(section, size):
    constraints = constraints_in(section)
    assume(constraints is not None)
    cells = open_cells("random", DATA, "reconstruction")
    try:
        path = choose(cells, Run("random", [size], size, constraints)).path
    except ValueError:
        return
    table = audit(DATA, read_rules(section), {size: path.of_size(size)})
    for row in table[table["met"] == "no"].to_dict("records"):
        assert row["constraint"] == "expression" or row["constraint"].startswith("load.m")
        assert row["note"].startswith(("required: ", "measured anyway: "))
        assert "not required" not in row["note"]


def test_only_constraints_that_were_set_are_audited():
    table = audit(DATA, GeneRules(), {2: Panel(("g01", "g02")), 1: Panel(("g01",))})
    assert tuple(table.columns) == COLUMNS
    assert table["constraint"].tolist() == ["size", "size"]
    assert table["size"].tolist() == [2, 1]
    assert table["met"].tolist() == ["yes", "yes"]


def test_sizes_of_platforms_are_those_of_add_ons_where_there_is_a_base():
    platform = read_platform("xenium_v1")
    rows = {}
    for base in ((), ("g03",)):
        panels = {2: Panel(("g01", "g02"), base)}
        table = audit(DATA, GeneRules(base=base), panels, platform).set_index("constraint")
        rows[base] = table.loc["platform.size", ["wanted", "met"]].tolist()
    title = "Xenium v1 (10x Genomics)"
    assert rows == {
        (): [f"101 to 480 genes for {title}", "warning"],
        ("g03",): [f"1 to 100 genes added to a base for {title}", "yes"],
    }


def test_a_panel_of_another_size_is_noticed():
    assert lines(["g01", "g02"], size=3)["size"] == {
        "constraint": "size", "wanted": "3", "got": "2", "met": "no", "note": "", "size": 3,
    }  # fmt: skip


def test_missing_required_genes_are_named():
    rows = lines(["g01", "g12"], required=("g01", "prefix:g1"), excluded=("g02", "gone"))
    required, excluded = rows["required"], rows["excluded"]
    assert (required["wanted"], required["got"], required["met"]) == (
        "11 genes",
        "2 of them",
        "no",
    )
    assert required["note"] == (
        "families: prefix:g1 10; missing: g10, g11, g13, g14, g15 and 4 more"
    )
    assert excluded["met"] == "yes"


def test_excluded_genes_in_the_panel_are_named():
    row = lines(["g01", "g12"], required=("g02",), excluded=("regex:2$", "gone"))["excluded"]
    assert (row["wanted"], row["got"], row["met"]) == ("none of 1 gene", "1 of them", "no")
    assert row["note"] == "families: regex:2$ 2; not in the data: gone; in the panel: g12"
    named = lines(["g01", "g02"], required=("g02",), excluded=("prefix:g0",))["excluded"]
    assert named["note"] == "families: prefix:g0 10; in the panel: g01"


ROWS = tuple({"gene": f"g0{i}", "group": "x" if i < 3 else "y"} for i in range(5))


@pytest.mark.parametrize(
    ("panel", "required", "met", "note"),
    [
        (["g00", "g03"], (), "yes", ""),
        (["g00", "g01"], (), "no", "too many: x 2"),
        (["g00", "g01"], ("g00", "g01"), "yes", "more are required: x 2"),
        (["g00", "g01", "g02"], ("g00", "g01"), "no", "too many: x 3"),
    ],
)
def test_groups_may_be_exceeded_by_required_genes_only(panel, required, met, note):
    row = lines(panel, rows=ROWS, required=required)["group"]
    assert (row["wanted"], row["met"], row["note"]) == (
        "at most 1 of each of 2 groups", met, note,
    )  # fmt: skip


def test_expression_and_budget_are_checked_from_the_data_and_the_table():
    by_level = [GENES[i] for i in DATA.mean.argsort()]
    low, high = by_level[0], by_level[-1]
    middle = float(DATA.mean[DATA.positions([by_level[5]])[0]])
    row = lines([low, high], expression=Bounds(None, middle), required=(high,))["expression"]
    assert row["met"] == "no"
    assert row["got"] == "1 outside"
    assert row["note"] == f"required: {high} {DATA.mean.max():.3g}"
    slipped = lines([low, high], expression=Bounds(None, middle))["expression"]
    assert slipped["note"] == f"not required: {high} {DATA.mean.max():.3g}"
    row = lines([low], rows=({"gene": low, "max_expression": 0.0},))["expression"]
    assert (row["wanted"], row["met"]) == ("mean within each gene's own bounds", "no")

    cost = ({"gene": "g01", "cost": 2.5},)
    spent = lines(["g01", "g02"], rows=cost, budget=3.0)["budget"]
    assert (spent["wanted"], spent["got"], spent["met"]) == ("at most 3", "3.5", "no")
    assert spent["note"] == "1 gene without a cost, taken as 1"
    assert lines(["g01"], rows=cost, budget=2.5)["budget"]["met"] == "yes"
