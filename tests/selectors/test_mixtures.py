"""Mixtures of a panel for types and one for genes: whole, within limits, and fairly priced."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.panel import Panel
from spinn.selectors.mixtures import MIXED, SHARES, Price, _mixture, cheapest, interleaved
from spinn.selectors.run import Run
from tests.support.cells import QUICK, make_data
from tests.support.selectors import broken, choice

GENES = st.permutations([f"g{i:02d}" for i in range(12)])


@given(GENES, GENES, st.floats(0.05, 0.95), st.integers(1, 12))
def test_a_share_of_the_genes_is_from_the_second(first, second, share, size):
    first, second = first[:size], second[:size]
    mixed = interleaved(first, second, share)
    assert sorted(mixed) == sorted({*first, *second})
    assert len(mixed) >= size
    for n in range(1, size + 1):  # none waits more than a place for its share
        from_second = len([gene for gene in second[: int(share * n)] if gene not in mixed[: n + 1]])
        assert from_second == 0
    assert [g for g in mixed if g not in second] == [g for g in first if g not in second]


def test_genes_are_taken_in_turn():
    assert interleaved("abcd", "wxyz", 0.5) == list("awbxcydz")
    assert interleaved("abcdef", "xyz", 0.25)[:8] == list("abcxdefy")
    assert interleaved("abc", "abc", 0.3) == list("abc")


@given(GENES, GENES, st.sampled_from(list(SHARES.values())), st.integers(2, 5), st.data())
def test_a_mixture_meets_the_constraints(first, second, share, size, draw):
    data = make_data(n_genes=12)
    named = draw.draw(st.lists(st.sampled_from(data.genes), max_size=4, unique=True))
    group = dict.fromkeys(data.genes[:5], "x")
    constraints = Constraints(required=tuple(named[:1]), excluded=tuple(named[1:]), group=group)
    panels = Panel(tuple(first[:size])), Panel(tuple(second[:size]))
    panel = _mixture(*panels, share, data, Run("recommended", [size], 0, constraints))
    assert broken(panel, size, constraints, data.genes) == []


def prices(**by_name):
    return {
        name: {"genes": Price(one, 0.1), "types": Price(other, 0.01)}
        for name, (one, other) in by_name.items()
    }


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        # In standard errors: 0.5 + 0.5, 0.9 + 0.2; sums of prices alone would say the other.
        ({"a": (0.05, 0.005), "b": (0.09, 0.002)}, "a"),
        ({"a": (0.0, 0.02), "b": (0.09, 0.009)}, "b"),  # a's price for types is surely one
        ({"a": (0.0, 0.03), "b": (0.2, 0.02), "c": (0.4, -0.1)}, "b"),  # none is free of one
        ({"a": (-0.2, 0.0), "b": (-0.1, 0.0)}, "a"),
    ],
)
def test_the_cheapest_is_that_of_which_no_goal_pays_surely(given, taken):
    assert cheapest(prices(**given)) == taken


def test_a_panel_that_is_the_same_costs_nothing():
    assert Price(0.0, 0.0).in_errors == 0.0
    assert Price(0.1, 0.0).in_errors == float("inf")
    assert Price(0.1, 0.2).in_errors == 0.5


def test_a_choice_for_both_says_what_every_candidate_costs():
    details = choice("recommended", make_data(), sizes=[3, 6]).details
    assert list(details) == ["noise", "chosen", "metrics", "alone"]
    assert details["metrics"] == {"genes": "fvu_split", "types": "macro_f1"}
    assert set(details["alone"]) == {"genes", "types"}
    for of_size in details["chosen"].values():
        names = {"genes", "types", *SHARES, MIXED}
        assert set(of_size["prices"]) == set(of_size["losses"]) == names
        assert of_size["taken"] in names
        for goal in ("genes", "types"):
            own = of_size["losses"][goal][goal]
            assert of_size["prices"][goal][goal] == [0.0, 0.0]
            for name, (price, error) in ((n, p[goal]) for n, p in of_size["prices"].items()):
                assert price == pytest.approx(of_size["losses"][name][goal] - own)
                assert error >= 0


def test_panels_for_both_are_added_to_a_base_and_leave_room_for_slots():
    constraints = Constraints(base=("g01", "g02"), slots=("Cre",))
    for panel in choice("recommended", make_data(), sizes=[4], constraints=constraints).path.panels:
        assert (len(panel.genes), panel.size) == (3, 4)
        assert not {"g01", "g02"} & set(panel.genes)


def test_panels_for_both_meet_the_constraints_and_repeat():
    group = {f"g{i:02d}": str(i % 7) for i in range(20)}
    constraints = Constraints(required=("g07",), excluded=("g00",), group=group)
    data = make_data()
    settings = replace(QUICK, goal="both")
    one, other = (
        choice("recommended", data, sizes=[3, 6], constraints=constraints, settings=settings)
        for _ in range(2)
    )
    assert one.path == other.path
    for panel in one.path.panels:
        assert broken(panel, panel.size, constraints, data.genes) == []
