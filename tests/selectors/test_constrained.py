"""Every selector through the one wrapper: what is demanded is met, or said in one line."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network
from spinn.panel import Panel, PanelPath, ranked_path
from spinn.selectors.baselines.all_baselines import BASELINES
from spinn.selectors.constrained import constrained
from spinn.selectors.elimination import select
from tests.support.cells import QUICK, gene_names, make_data
from tests.support.gene_sections import DATA, GENES, SECTION, constraints_in


@cache
def neural():
    problem = make_problem(DATA, "reconstruction", basis=QUICK.basis, n_splits=1)
    base = base_network(problem, "bernoulli", QUICK, seed=0)
    return partial(select, problem, base, "bernoulli-rfe", QUICK, seed=0)


def chooser(name):
    if name == "bernoulli-rfe":
        return neural()
    return partial(BASELINES[name], DATA, seed=0, task="reconstruction")


def allowed(constraints):
    return tuple(gene for gene in GENES if gene not in constraints.excluded)


def short_of_rank(*, sizes, constraints):
    """Choose like a selector that ranks what it must only, and knows excluded genes only."""
    names = allowed(constraints)[: max(sizes)]
    return ranked_path(names, [1.0] * len(names), sizes)


def apart(*, sizes, constraints):
    """Choose like a selector whose panels of different sizes need not share a gene."""
    twice = allowed(constraints) * 2
    wanted = sorted(sizes, reverse=True)
    return PanelPath(tuple(Panel(twice[size : 2 * size]) for size in wanted), ())


def broken(genes, size, wish):
    """Name the demands that a panel does not meet, from names alone."""
    groups = [wish.group[gene] for gene in genes if gene in wish.group]
    joined = {wish.group[g] for g in genes if g in wish.group and g not in wish.required}
    cost = sum(wish.cost.get(gene, 1.0) for gene in genes)
    checks = {
        "size": len(set(genes)) == len(genes) == size,
        "known": set(genes) <= set(GENES),
        "required": set(genes[: len(wish.required)]) == set(wish.required),
        "excluded": not set(genes) & set(wish.excluded),
        "group": all(groups.count(group) <= wish.max_per_group for group in joined),
        "budget": wish.budget is None or cost <= wish.budget * (1 + 1e-6),
    }
    return [name for name, holds in checks.items() if not holds]


def check_every_size(choose, wish, sizes):
    """Return the path if it meets the demands at every size, None if that was refused."""
    try:
        path = constrained(choose, GENES, sizes=sizes, constraints=wish)
    except ValueError as error:
        if str(error).startswith(("sizes must lie in", "a panel of")):
            return None
        raise
    assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
    for panel in path.panels:
        assert broken(panel.genes, panel.size, wish) == []
    return path


@pytest.mark.parametrize("name", [*BASELINES, "bernoulli-rfe"])
@settings(max_examples=40)
@given(section=SECTION, sizes=st.sets(st.integers(1, 12), min_size=1, max_size=3).map(sorted))
def test_every_panel_meets_its_constraints_or_one_line_says_why_not(name, section, sizes):
    wish = constraints_in(section)
    assume(wish is not None)
    path = check_every_size(chooser(name), wish, sizes)
    if path is None:
        return
    ranked = tuple(place.gene for place in path.ranking)
    for panel in path.panels:
        assert panel.genes == ranked[: panel.size]  # nested


@pytest.mark.parametrize("choose", [short_of_rank, apart])
@given(section=SECTION, sizes=st.sets(st.integers(1, 9), min_size=1, max_size=3).map(sorted))
def test_selectors_that_know_nothing_of_constraints_are_held_to_them(choose, section, sizes):
    wish = constraints_in(section)
    assume(wish is not None)
    check_every_size(choose, wish, sizes)


@pytest.mark.parametrize("name", [*BASELINES, "bernoulli-rfe"])
@pytest.mark.parametrize("wish", [Constraints(), Constraints(("g11", "g02"), ("g00", "g07"))])
def test_what_meets_the_constraints_comes_back_as_it_was(name, wish):
    own = chooser(name)(sizes=[6, 3], constraints=wish)
    assert constrained(chooser(name), GENES, sizes=[6, 3], constraints=wish) == own


def test_panels_that_are_apart_stay_apart():
    wish = Constraints(excluded=("g05",), group={"g06": "x", "g07": "x"})
    path = constrained(apart, GENES, sizes=[2, 4], constraints=wish)
    assert path.of_size(2).genes == ("g02", "g03")
    assert path.of_size(4).genes == ("g04", "g06", "g08", "g02")  # its own, then the other's


def in_order(*, sizes, constraints):
    names = allowed(constraints)
    return ranked_path(names, np.arange(len(names), 0, -1.0), sizes)


def taken(choose, size, **wish):
    path = constrained(choose, GENES, sizes=[size], constraints=Constraints(**wish))
    return [int(gene[1:]) for gene in path.of_size(size).genes]


def test_a_gene_counts_as_if_its_rank_were_divided_by_its_weight():
    assert taken(in_order, 3) == [0, 1, 2]
    assert taken(in_order, 3, weight={"g07": 4.0}) == [0, 1, 7]  # rank 8 counts as 2, after 2
    assert taken(in_order, 3, weight={"g07": 4.1}) == [0, 7, 1]
    assert taken(in_order, 3, weight={"g00": 0.2, "g01": 0.5}) == [2, 1, 3]


@given(weight=st.dictionaries(st.sampled_from(GENES), st.floats(0.1, 20)), size=st.integers(1, 9))
def test_a_short_ranking_is_lengthened_until_weights_are_settled(weight, size):
    assert taken(short_of_rank, size, weight=weight) == taken(in_order, size, weight=weight)


def test_dear_genes_leave_room_for_the_rest():
    cost = {"g00": 9.0, "g01": 5.0}
    assert taken(in_order, 4, cost=cost, budget=9.0) == [1, 2, 3, 4]
    assert taken(in_order, 4, cost=cost, budget=16.0) == [0, 1, 2, 3]
    assert taken(in_order, 4, cost=cost, budget=15.0) == [0, 2, 3, 4]
    assert taken(in_order, 2, cost=cost, budget=10.0, required=("g01",)) == [1, 2]


def test_the_ranking_keeps_every_candidate_and_its_score():
    wish = Constraints(excluded=("g03",), group={"g00": "x", "g01": "x"})
    path = constrained(in_order, GENES, sizes=[2], constraints=wish)
    names = [place.gene for place in path.ranking]
    assert names[:3] == ["g00", "g02", "g01"]
    assert sorted(names) == sorted(set(GENES) - {"g03"})
    scores = {p.gene: p.score for p in in_order(sizes=[2], constraints=wish).ranking}
    assert all(place.score == scores[place.gene] for place in path.ranking)


def test_a_selector_that_cannot_rank_enough_genes_is_named():
    def stuck(*, sizes, constraints):
        del sizes, constraints
        return ranked_path(GENES[:4], [1.0] * 4, [4])

    with pytest.raises(ValueError, match=r"must rank all 19 genes.*when asked for as many, came 4"):
        taken(stuck, 4, excluded=("g00",))


def test_greedy_meets_groups_in_its_own_loop():
    """So each gain is that beside the genes that are really there."""
    data = make_data(n_cells=300)
    wish = Constraints(group={gene: str(i % 4) for i, gene in enumerate(gene_names(20))})
    choose = partial(BASELINES["greedy"], data, seed=0, task="reconstruction")
    inside = constrained(choose, data.genes, sizes=[4], constraints=wish)
    assert inside == choose(sizes=[4], constraints=wish)
    assert broken(inside.of_size(4).genes, 4, wish) == []
