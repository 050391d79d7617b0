"""Limits against all panels, one by one."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.limits import Limits

N_GENES = 7


@st.composite
def problems(draw):
    """Limits of a few genes, some chosen already (as required genes are), and a size to reach."""
    few = st.integers(0, N_GENES - 1)
    limits = Limits(
        np.array(draw(st.lists(st.booleans(), min_size=N_GENES, max_size=N_GENES))),
        np.array(draw(st.lists(st.integers(0, 3), min_size=N_GENES, max_size=N_GENES))),
        np.array(draw(st.lists(st.integers(0, 4), min_size=N_GENES, max_size=N_GENES)), float),
        draw(st.integers(1, 3)),
        draw(st.just(np.inf) | st.integers(1, 15).map(float)),
    )
    chosen = draw(st.lists(few, unique=True, max_size=3))
    return limits, chosen, draw(st.integers(max(len(chosen), 1), N_GENES))


def panels(limits, chosen, size):
    """Every panel that holds the chosen genes and meets the limits, by trying all."""
    free = [g for g in range(N_GENES) if limits.candidates[g] and g not in chosen]
    for added in combinations(free, size - len(chosen)):
        groups = [limits.group[g] for g in (*chosen, *added)]
        joined = {limits.group[g] for g in added}
        if any(groups.count(group) > limits.max_per_group for group in joined):
            continue
        if limits.cost[[*chosen, *added]].sum() <= limits.budget:
            yield set(added)


@given(problems())
def test_a_gene_may_join_if_some_panel_holds_it(problem):
    limits, chosen, size = problem
    within_reach = set().union(*panels(limits, chosen, size))
    assert set(np.flatnonzero(limits.may_join(chosen, size)).tolist()) == within_reach


@given(problems())
def test_the_cheapest_panel_is_the_cheapest(problem):
    limits, chosen, size = problem
    cheapest = limits.cheapest(chosen, size)
    any_price = Limits(limits.candidates, limits.group, limits.cost, limits.max_per_group)
    costs = [limits.cost[list(added)].sum() for added in panels(any_price, chosen, size)]
    if not costs:
        assert len(cheapest) < size - len(chosen)
    else:
        assert set(cheapest.tolist()) in list(panels(any_price, chosen, size))
        assert limits.cost[cheapest].sum() == min(costs)


@given(problems(), st.randoms())
def test_a_walk_down_any_order_ends_with_a_full_panel(problem, random):
    limits, chosen, size = problem
    possible = any(True for _ in panels(limits, chosen, size))
    walked, order = list(chosen), list(range(N_GENES))
    random.shuffle(order)
    for gene in order:
        if limits.may_join(walked, size)[gene]:
            walked.append(gene)
    assert len(walked) == (size if possible else len(chosen))


def test_arguments_are_not_changed():
    candidates = np.ones(4, dtype=bool)
    limits = Limits(candidates, np.array([0, 0, 1, 2]), np.ones(4), 1, 3.0)
    limits.may_join([0], 3)
    limits.cheapest([0], 3)
    assert candidates.all()
    assert not limits.may_join([0], 3)[1]
