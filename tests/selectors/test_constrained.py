"""The wrapper meets every constraint, whatever the selector, or says in a line why it cannot."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints, MarkerRule
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network
from spinn.panel import Panel, PanelPath, ranked_path
from spinn.selectors.base import added, modelled
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import eliminate
from spinn.selectors.rankers import bernoulli
from spinn.selectors.registry import SELECTORS
from spinn.selectors.run import Run
from tests.support.cells import QUICK
from tests.support.gene_sections import DATA, GENES, SECTION, constraints_in
from tests.support.selectors import FREE, bare, path_or_refusal


def allowed(constraints):
    return tuple(gene for gene in GENES if gene not in constraints.excluded)


def short_of_rank(run):
    """Choose like a selector that ranks what it must only, and knows excluded genes only."""
    names = allowed(run.constraints)[: max(run.sizes)]
    return ranked_path(names, [1.0] * len(names), run.sizes)


def apart(run):
    """Choose like a selector whose panels of different sizes need not share a gene."""
    twice = allowed(run.constraints) * 2
    wanted = sorted(run.sizes, reverse=True)
    return PanelPath(tuple(Panel(twice[size : 2 * size]) for size in wanted), ())


def in_order(run):
    """Choose genes in the order of their names."""
    names = allowed(run.constraints)
    return ranked_path(names, np.arange(len(names), 0, -1.0), run.sizes)


def by_elimination(run):
    problem = make_problem(DATA, "reconstruction", basis=QUICK.basis, n_splits=1)
    base = base_network(problem, "bernoulli", QUICK, seed=0)
    return eliminate(problem, [base], bernoulli.score, QUICK, run)


def panels_of(choose, sizes, **constraints):
    return constrained(choose, GENES, Run("any", sizes, 0, Constraints(**constraints)))


def numbers(choose, size, **constraints):
    """The numbers in the names of the genes chosen."""
    return [int(gene[1:]) for gene in panels_of(choose, [size], **constraints).of_size(size).genes]


@pytest.mark.parametrize("choose", [short_of_rank, apart])
@given(section=SECTION, sizes=st.sets(st.integers(1, 9), min_size=1, max_size=3).map(sorted))
def test_selectors_that_ignore_constraints_are_made_to_meet_them(choose, section, sizes):
    constraints = constraints_in(section)
    assume(constraints is not None)
    run = Run("any", sizes, 0, constraints)

    def chosen():
        return added(constrained(choose, GENES, modelled(run, GENES)), constraints)

    path_or_refusal(chosen, constraints, GENES, sizes)


UNWRAPPED = [
    name
    for name, entry in SELECTORS.items()
    if entry.kind in ("baseline", "peer") and not entry.is_constrained
]


@pytest.mark.parametrize("name", [*UNWRAPPED, "bernoulli-rfe"])
def test_what_meets_the_constraints_is_returned_as_it_was(name):
    choose = by_elimination if name == "bernoulli-rfe" else bare(name, DATA)
    for constraints in (FREE, Constraints(("g11", "g02"), ("g00", "g07"))):
        run = Run(name, [6, 3], 0, constraints)
        assert constrained(choose, GENES, run) == choose(run)


def test_panels_that_are_apart_stay_apart():
    path = panels_of(apart, [2, 4], excluded=("g05",), group={"g06": "x", "g07": "x"})
    assert path.of_size(2).genes == ("g02", "g03")
    assert path.of_size(4).genes == ("g04", "g06", "g08", "g02")  # its genes, then the other's


def test_a_gene_counts_as_if_its_rank_were_divided_by_its_weight():
    assert numbers(in_order, 3) == [0, 1, 2]
    assert numbers(in_order, 3, weight={"g07": 4.0}) == [0, 1, 7]  # rank 8 counts as 2, after 2
    assert numbers(in_order, 3, weight={"g07": 4.1}) == [0, 7, 1]
    assert numbers(in_order, 3, weight={"g00": 0.2, "g01": 0.5}) == [2, 1, 3]


@given(weight=st.dictionaries(st.sampled_from(GENES), st.floats(0.1, 20)), size=st.integers(1, 9))
def test_a_short_ranking_is_lengthened_until_weights_decide(weight, size):
    assert numbers(short_of_rank, size, weight=weight) == numbers(in_order, size, weight=weight)


def test_dear_genes_leave_room_for_the_rest():
    cost = {"g00": 9.0, "g01": 5.0}
    assert numbers(in_order, 4, cost=cost, budget=9.0) == [1, 2, 3, 4]
    assert numbers(in_order, 4, cost=cost, budget=16.0) == [0, 1, 2, 3]
    assert numbers(in_order, 4, cost=cost, budget=15.0) == [0, 2, 3, 4]
    assert numbers(in_order, 2, cost=cost, budget=10.0, required=("g01",)) == [1, 2]


def test_the_ranking_keeps_every_candidate_and_its_score():
    constraints = Constraints(excluded=("g03",), group={"g00": "x", "g01": "x"})
    run = Run("any", [2], 0, constraints)
    path = constrained(in_order, GENES, run)
    names = [place.gene for place in path.ranking]
    assert names[:3] == ["g00", "g02", "g01"]
    assert sorted(names) == sorted(set(GENES) - {"g03"})
    scores = {place.gene: place.score for place in in_order(run).ranking}
    assert all(place.score == scores[place.gene] for place in path.ranking)


def test_a_longer_ranking_is_requested_with_the_names_alone():
    runs = []

    def choose(run):
        runs.append(run)
        return short_of_rank(run)

    constraints = Constraints(("g04",), ("g00",), weight={"g15": 9.0})
    run = Run("any", [3, 2], 7, constraints)
    constrained(choose, GENES, run)
    assert runs[0] == run
    assert [max(each.sizes) for each in runs[1:]] == [6, 12, 19][: len(runs) - 1]
    for longer in runs[1:]:
        assert replace(longer, sizes=run.sizes) == replace(
            run, constraints=constraints.of_names_only()
        )
        assert longer.sizes[:2] == run.sizes


def test_a_selector_that_cannot_rank_enough_genes_is_refused():
    def stuck(run):
        return ranked_path(GENES[:4], [1.0] * 4, [4])

    message = r"must rank all 19 genes.*when as many are requested, got 4"
    with pytest.raises(ValueError, match=message):
        panels_of(stuck, [4], excluded=("g00",))


@given(
    loads=st.lists(st.floats(0.1, 100), min_size=20, max_size=20),
    size=st.integers(6, 10),
    share=st.floats(0.5, 0.9),
)
def test_three_genes_carry_no_more_than_their_share_where_that_is_possible(loads, size, share):
    overall = dict(zip(GENES, loads, strict=True))
    panel = panels_of(in_order, [size], overall=overall, max_share=share).of_size(size)
    heaviest = sorted((overall[gene] for gene in panel.genes), reverse=True)
    crowded = size >= 6 / share and sum(heaviest[:3]) > share * sum(heaviest) * (1 + 1e-9)
    if crowded:  # nothing lighter is left to choose: all the lightest genes are in the panel
        outside = [load for gene, load in overall.items() if gene not in panel.genes]
        assert sum(load < heaviest[2] for load in outside) < 3


def test_required_genes_may_crowd_a_panel():
    overall = dict.fromkeys(GENES, 1.0) | {"g05": 1000.0, "g00": 500.0}
    assert 0 not in numbers(in_order, 12, overall=overall, max_share=0.5)
    assert numbers(in_order, 12, overall=overall, max_share=0.5, required=("g05",))[0] == 5


def test_a_heavy_gene_that_is_needed_does_not_keep_the_others_in():
    overall = dict.fromkeys(GENES, 1.0) | {"g00": 25.0, "g01": 30.0, "g02": 30.0}
    rule = MarkerRule({"type": ("g00",)}, 1, is_demanded=True)
    chosen = numbers(in_order, 12, overall=overall, max_share=0.5, marker_rule=rule)
    assert 0 in chosen
    assert not {1, 2} & set(chosen)
