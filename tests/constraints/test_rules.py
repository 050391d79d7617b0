"""What a config says about genes, and the constraints that follow for some data."""

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from spinn.constraints.rules import Bounds, GeneRules

GENES = ("CD3E", "LOC12", "MT-CO1", "MT-ND1", "RPS2", "RPS27", "XLOC3")
MEAN = np.array([0.5, 0.1, 3.0, 2.5, 4.0, 1.0, 0.2], dtype=np.float32)


def resolved(**rules):
    return GeneRules(**rules).resolve(GENES, MEAN)


def test_empty_rules_constrain_nothing():
    assert resolved() == Constraints()


def test_families_become_genes(caplog):
    caplog.set_level("INFO")  # what matches no gene is a warning
    constraints = resolved(required=("prefix:RPS", "CD3E"), excluded=("regex:LOC", "gone"))
    assert constraints == Constraints(("RPS2", "RPS27", "CD3E"), ("LOC12", "XLOC3"))
    assert "genes: prefix:RPS matches 2 of 7 genes" in caplog.text
    warnings = [each.message for each in caplog.records if each.levelname == "WARNING"]
    assert warnings == []  # `gone` may have been filtered: preparation names what is absent


def test_a_name_takes_precedence_over_a_family():
    constraints = resolved(required=("MT-CO1", "prefix:RPS"), excluded=("prefix:MT-", "RPS2"))
    assert constraints == Constraints(("MT-CO1", "RPS27"), ("MT-ND1", "RPS2"))


def test_a_gene_of_two_families_cannot_be_in_and_out():
    with pytest.raises(ValueError, match="both required and excluded: RPS2, RPS27; keep each"):
        resolved(required=("prefix:RP",), excluded=("regex:S2",))


@pytest.mark.parametrize("term", ["CD4", "prefix:HLA-"])
def test_a_required_term_must_match(term):
    with pytest.raises(KeyError, match=f"genes.required: 1 absent from the data: {term}; names"):
        resolved(required=("CD3E", term))


def test_a_family_that_matches_nothing_is_a_warning(caplog):
    resolved(excluded=("prefix:HLA-",))
    assert caplog.messages == ["genes: prefix:HLA- matches 0 of 7 genes"]


def test_an_absent_required_gene_is_told_what_it_may_have_meant():
    with pytest.raises(KeyError, match=r"2 absent .*: cd3e .did you mean CD3E\?., x; names must"):
        resolved(required=("cd3e", "x"))


def test_a_name_s_row_takes_precedence_over_a_family_s():
    rows = (
        {"gene": "RPS2", "group": "single", "cost": 7.0},
        {"gene": "prefix:RPS", "group": "ribosome", "weight": 0.5},
        {"gene": "gone", "cost": 3.0},
    )
    constraints = resolved(rows=rows, max_per_group=2, budget=9.0)
    assert constraints.group == {"RPS2": "single", "RPS27": "ribosome"}
    assert constraints.cost == {"RPS2": 7.0}
    assert constraints.weight == {"RPS2": 0.5, "RPS27": 0.5}
    assert (constraints.max_per_group, constraints.budget) == (2, 9.0)


def test_genes_outside_their_bounds_are_excluded_unless_required(caplog):
    rows = ({"gene": "RPS2", "max_expression": 5.0}, {"gene": "CD3E", "min_expression": 0.6})
    rules = {"expression": Bounds(0.15, 2.0), "rows": rows, "required": ("MT-CO1",)}
    assert resolved(**rules) == Constraints(("MT-CO1",), ("CD3E", "LOC12", "MT-ND1"))
    assert "genes: 1 outside their expression bounds are required, and stay: MT-CO1" in caplog.text
    bounds = GeneRules(**rules).bounds(GENES)
    assert bounds["RPS2"] == Bounds(0.15, 5.0)
    assert bounds["CD3E"] == Bounds(0.6, 2.0)
    assert bounds["RPS27"] == Bounds(0.15, 2.0)


def test_bounds_include_their_ends():
    assert Bounds(0.5, 1.0).hold(0.5)
    assert Bounds(0.5, 1.0).hold(1.0)
    assert not Bounds(0.5, 1.0).hold(1.1)
    assert Bounds().hold(-1.0)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"required": ("a",), "excluded": ("a",)}, "genes both required and excluded: a"),
        (
            {"rows": ({"gene": "a", "min_expression": 2.0, "max_expression": 1.0},)},
            "a: the minimum expression must not be above the maximum, got 2 and 1",
        ),
        (
            {"rows": ({"gene": "a", "min_expression": 2.0},), "expression": Bounds(None, 1.0)},
            "a: the minimum expression must not be above the maximum, got 2 and 1",
        ),
    ],
)
def test_rules_that_contradict_each_other(rules, message):
    with pytest.raises(ValueError, match=message):
        GeneRules(**rules)


def test_what_is_advised_against_is_left_out_in_any_case_unless_it_is_required():
    advised = ("cd3e", "MT-CO1", "RPS2", "gone")
    constraints = resolved(advised_against=advised, required=("regex:^RPS2$",))
    assert {"CD3E", "MT-CO1"} <= set(constraints.excluded)
    assert constraints.required == ("RPS2",)
