"""Limits by type, load and markers, against all panels, one by one."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.limits import Limits

N_GENES, N_TYPES = 7, 2


def rows(draw, values):
    row = st.lists(values, min_size=N_GENES, max_size=N_GENES)
    return np.array(draw(st.lists(row, min_size=N_TYPES, max_size=N_TYPES)))


@st.composite
def problems(draw):
    """Limits with load and markers, some genes chosen already, the size to reach."""
    size = draw(st.integers(2, N_GENES))
    limits = Limits(
        np.array(draw(st.lists(st.booleans(), min_size=N_GENES, max_size=N_GENES))),
        np.array(draw(st.lists(st.integers(0, 4), min_size=N_GENES, max_size=N_GENES))),
        np.array(draw(st.lists(st.integers(0, 4), min_size=N_GENES, max_size=N_GENES)), float),
        draw(st.integers(1, 3)),
        draw(st.just(np.inf) | st.integers(4, 15).map(float)),
        load=rows(draw, st.integers(0, 4)).astype(float),
        max_load=draw(st.just(np.inf) | st.integers(3, 14).map(float)),
        markers=rows(draw, st.booleans()),
        wanted=np.array(draw(st.lists(st.integers(0, 2), min_size=N_TYPES, max_size=N_TYPES))),
        by=draw(st.integers(1, size)),
    )
    chosen = draw(st.lists(st.integers(0, N_GENES - 1), unique=True, max_size=min(size, 2)))
    return limits, chosen, size


def is_allowed(limits, chosen, added):
    panel = [*chosen, *added]
    groups = [limits.group[g] for g in panel]
    return (
        all(groups.count(limits.group[g]) <= limits.max_per_group for g in added)
        and limits.cost[panel].sum() <= limits.budget
        and (limits.load[:, panel].sum(axis=1) <= limits.max_load).all()
    )


def are_covered(limits, genes):
    return (limits.markers[:, list(genes)].sum(axis=1) >= limits.wanted).all()


def panels(limits, chosen, size):
    """Every set that makes the chosen genes a panel, and the genes that may join it next."""
    free = [g for g in range(N_GENES) if limits.candidates[g] and g not in chosen]
    for added in combinations(free, size - len(chosen)):
        if not is_allowed(limits, chosen, added):
            continue
        n_early = max(limits.by - len(chosen), 0)
        early = [
            first
            for n in range(min(n_early, len(added)) + 1)
            for first in combinations(added, n)
            if are_covered(limits, [*chosen, *first])
        ]
        if early:
            next_ = {g for first in early for g in (first if 0 < n_early == len(first) else added)}
            yield set(added), next_


@given(problems())
def test_a_completion_exists_if_a_panel_does_and_is_one(problem):
    limits, chosen, size = problem
    every = list(panels(limits, chosen, size))
    completion = limits.completion(chosen, size)
    assert (completion is not None) == bool(every)
    if completion is not None:
        cover, others = (part.tolist() for part in completion)
        assert {*cover, *others} in [added for added, _ in every]
        assert are_covered(limits, [*chosen, *cover])
        assert not cover or len(chosen) + len(cover) <= limits.by


@given(problems())
def test_every_gene_that_may_join_is_in_some_panel(problem):
    limits, chosen, size = problem
    within_reach = set().union(*(next_ for _, next_ in panels(limits, chosen, size)))
    assert set(np.flatnonzero(limits.may_join(chosen, size)).tolist()) <= within_reach


@given(problems(), st.randoms())
def test_a_walk_down_any_order_ends_with_a_panel_that_meets_everything(problem, random):
    limits, chosen, size = problem
    possible = any(True for _ in panels(limits, chosen, size))
    walked, order = list(chosen), list(range(N_GENES))
    random.shuffle(order)
    while (is_open := limits.may_join(walked, size)).any():
        walked.append(next(gene for gene in order if is_open[gene]))
    if not possible:
        assert walked == chosen
        return
    added = walked[len(chosen) :]
    assert len(walked) == size
    assert is_allowed(limits, chosen, added)
    assert are_covered(limits, walked[: max(limits.by, len(chosen))])
