"""Elimination: the schedule's laws, warm starts, and networks that vote."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network
from spinn.selectors.elimination import eliminate, schedule
from spinn.selectors.rankers import first_layer
from spinn.selectors.run import Run
from tests.support.cells import QUICK, copy_of, make_data, same_state


def eliminated(score, *, sizes, n_networks=1, constraints=None):
    problem = make_problem(make_data(), "reconstruction", basis=6, n_splits=1)
    bases = [base_network(problem, "open", QUICK, seed=seed) for seed in range(n_networks)]
    before = [copy_of(base) for base in bases]
    run = Run("any", sizes, 0, constraints or Constraints())
    path = eliminate(problem, bases, score, QUICK, run)
    assert all(same_state(copy_of(b), state) for b, state in zip(bases, before, strict=True))
    return path


def test_every_stage_scores_the_network_trained_on_what_is_left():
    stages = []

    def score(network, problem):
        stages.append((len(problem.genes), network.n_inputs, copy_of(network)))
        return torch.arange(len(problem.genes)).flip(0).double()

    path = eliminated(score, sizes=[6, 3])
    counts = [20, *schedule(20, [6, 3], QUICK.elimination.ratio)]
    assert [(n, inputs) for n, inputs, _ in stages] == [(n, n) for n in counts]
    for n, (_, _, weights) in zip(counts[1:], stages[1:], strict=True):
        inherited = stages[0][2]["layers.0.weight"][:, :n]
        moved = (weights["layers.0.weight"] - inherited).abs().max()
        assert 0 < moved < 0.2  # warm-started, and trained
    assert path.of_size(3).genes == ("g00", "g01", "g02")


def test_networks_that_vote_train_apart_and_their_mean_score_decides():
    scores = []

    def score(network, problem):
        scores.append(first_layer.score(network, problem))
        return scores[-1]

    path = eliminated(score, sizes=[20], n_networks=3)
    assert len(scores) == 3  # no stage before the last scoring
    mean = np.mean([each.numpy() for each in scores], axis=0)
    assert [place.gene for place in path.ranking] == [f"g{i:02d}" for i in np.argsort(-mean)]
    scores.clear()
    eliminated(score, sizes=[10], n_networks=3)
    assert len(scores) == 6
    assert not torch.equal(scores[3], scores[4])


def test_required_genes_stay_and_excluded_ones_go_first():
    constraints = Constraints(required=("g19", "g18"), excluded=("g00", "g01"))
    path = eliminated(
        lambda _, problem: torch.arange(len(problem.genes)).flip(0).double(),
        sizes=[4, 2],
        constraints=constraints,
    )
    assert path.of_size(4).genes == ("g18", "g19", "g02", "g03")
    assert {place.among for place in path.ranking[-8:]} == {20}


sizes_of = st.integers(1, 3000).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(1, n), min_size=1, max_size=5))
)


@given(sizes=sizes_of, ratio=st.floats(0.01, 0.99))
def test_a_schedule_falls_through_every_size_and_never_faster_than_its_ratio(sizes, ratio):
    n_genes, wanted = sizes
    counts = schedule(n_genes, wanted, ratio)
    assert all(isinstance(count, int) for count in counts)
    steps = [n_genes, *counts]
    assert all(a > b for a, b in pairwise(steps))
    assert {*wanted} - {n_genes} <= {*counts}
    assert steps[-1] == min(wanted)
    for a, b in pairwise(steps):  # no stage removes more than its share, but for one gene
        assert b >= min(a - 1, int(a * ratio))


@pytest.mark.parametrize(
    ("args", "counts"),
    [
        ((10, [10], 0.5), []),
        ((1, [1], 0.5), []),
        ((100, [10, 3], 0.5), [50, 25, 12, 10, 5, 3]),
        ((4, [1], 0.9), [3, 2, 1]),
    ],
)
def test_schedules_by_hand(args, counts):
    assert schedule(*args) == counts


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((10, [11, 3, 0], 0.5), r"sizes must lie in 1\.\.10, got \[11, 0\]"),
        ((10, [], 0.5), r"sizes must lie in 1\.\.10, got \[\]"),
        ((10, [3], 1.0), r"ratio must lie in \(0, 1\), got 1.0"),
        ((10, [3], 0), r"ratio must lie in \(0, 1\), got 0"),
    ],
)
def test_impossible_schedules_are_refused(args, message):
    with pytest.raises(ValueError, match=message):
        schedule(*args)
