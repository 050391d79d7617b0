"""Constraints by name: which sizes are possible, and what rules out others."""

import pytest

from spinn.constraints.constraints import Constraints

GENES = ("A", "B", "C", "D")


def test_positions_are_those_of_the_genes_in_the_data():
    constraints = Constraints(required=("D", "A"), excluded=("B", "not there"))
    assert constraints.required_positions(GENES).tolist() == [3, 0]
    assert constraints.candidate_positions(GENES).tolist() == [0, 2, 3]
    assert Constraints().candidate_positions(GENES).tolist() == [0, 1, 2, 3]
    assert Constraints().required_positions(GENES).tolist() == []


def test_a_gene_cannot_be_required_and_excluded():
    with pytest.raises(ValueError, match="genes both required and excluded: A, B; keep each in"):
        Constraints(required=("B", "A", "C"), excluded=("A", "B"))


@pytest.mark.parametrize("sizes", [[2], [3, 2], [3]])
def test_sizes_that_fit_pass(sizes):
    Constraints(("A", "C"), ("B",)).check_sizes(sizes, GENES)


@pytest.mark.parametrize(("sizes", "got"), [([1, 2], "[1]"), ([4, 3, 0], "[4, 0]"), ([], "[]")])
def test_sizes_that_do_not_fit(sizes, got):
    message = f"sizes must lie in 2..3, got {got}; 2 genes are required and 3 of 4 may be chosen"
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - compared in full
        Constraints(("A", "C"), ("B",)).check_sizes(sizes, GENES)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (
            {"group": dict.fromkeys("ABC", "x")},
            "a panel of 3 genes is impossible: groups leave 2, at most 1 of each; request smaller",
        ),
        (
            {"cost": {"A": 5.0, "B": 0.5}, "budget": 2.4},
            "a panel of 3 genes costs at least 2.5, the budget is 2.4; request smaller",
        ),
        (
            {"required": ("A",), "cost": {"A": 5.0}, "budget": 6.0},
            "a panel of 3 genes costs at least 7, 5 of it the required, the budget is 6; request",
        ),
    ],
)
def test_groups_and_budgets_that_leave_no_panel(constraints, message):
    with pytest.raises(ValueError, match=message):
        Constraints(**constraints).check_sizes([1, 3], GENES)


def test_a_gene_without_a_group_is_alone_even_if_a_group_has_its_name():
    limits = Constraints(group={"A": "D", "B": "D"}).limits(GENES, [4])
    assert limits.group[0] == limits.group[1]
    assert len(set(limits.group.tolist())) == 3
    assert limits.are_coupled
    assert not Constraints(group={"A": "x"}).limits(GENES, [4]).are_coupled


def test_a_budget_may_be_spent_completely():
    costs = dict.fromkeys(GENES, 0.1)
    Constraints(cost=costs, budget=0.3).check_sizes([3], GENES)  # 0.1 * 3 > 0.3 in floats
