"""PERSIST's candidates and the search for the penalty that leaves as many gates open."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.selectors.choose import open_cells
from spinn.selectors.peers import persist
from spinn.selectors.peers.persist import NEAR, TRIALS, search_penalty
from tests.support.cells import QUICK, make_data
from tests.support.planted import PATIENT, PLANTED, independent, signs
from tests.support.selectors import choose


def test_panels_are_chosen_among_the_widest_gates(monkeypatch, caplog):
    monkeypatch.setattr(persist, "CANDIDATES", 6)
    data = independent(600, signs, 0)
    constraints = Constraints(required=("g00",), excluded=("g03",))
    options = {"task": "regression", "settings": PATIENT, "constraints": constraints}
    with caplog.at_level(logging.INFO):
        path = choose("persist", data, sizes=[3], **options)
    assert {place.among for place in path.ranking} == {6}
    assert "of 19 gates open" in caplog.text
    assert set(path.of_size(3).genes) <= {"g00", *PLANTED} - {"g03"}
    assert path.of_size(3).genes[0] == "g00"


@pytest.mark.parametrize("n_steps", [4, 40, 400])
def test_gates_can_close_whatever_the_number_of_steps(n_steps):
    settings = replace(QUICK, training=replace(QUICK.training, max_steps=n_steps))
    problem = open_cells("persist", make_data(), "reconstruction", settings).problem
    logits = persist._trained_gates(problem, 1e4, settings, 0)
    assert logits.lt(0).all()


@given(
    n_genes=st.integers(50, 20_000),
    share=st.floats(0.02, 0.9),
    middle=st.floats(-3, 3),
    slope=st.floats(0.5, 2.5),
)
def test_the_search_reaches_any_target_of_a_falling_count(n_genes, share, middle, slope):
    target = max(20, round(share * n_genes))
    assume(target < n_genes)
    tried = []

    def n_open(penalty):
        tried.append(penalty)
        return round(n_genes / (1 + (penalty / 10**middle) ** slope))

    penalty, count = search_penalty(n_open, target)
    assert count == n_open(penalty)
    wanted = 10**middle * (n_genes / target - 1) ** (1 / slope)
    if 1e-5 < wanted < 1e3:  # within four factors of ten from the start, five halvings are left
        assert max(count / target, target / count) <= NEAR
    assert len(set(tried)) <= TRIALS


@given(st.lists(st.integers(0, 1000), min_size=TRIALS, max_size=TRIALS), st.integers(1, 1000))
def test_a_count_that_obeys_nothing_ends_the_search_with_the_nearest(counts, target):
    waiting, tried = iter(counts), []

    def n_open(penalty):
        tried.append((penalty, next(waiting)))
        return tried[-1][1]

    best = search_penalty(n_open, target)
    assert best in tried
    off = {pair: abs(np.log(max(pair[1], 0.5) / target)) for pair in tried}
    assert off[best] == pytest.approx(min(off.values()))
