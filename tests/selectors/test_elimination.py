"""Neural selectors: the schedule's laws, the shared contract, and what elimination may look at."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network, fit
from spinn.selectors import elimination as selection
from spinn.selectors.elimination import STRATEGIES, schedule, select
from spinn.selectors.scores import RANKERS, Ranker
from tests.support.cells import QUICK, copy_of, make_data, same_state, scrambled
from tests.support.contracts import check_selector

SELECTORS = [f"{ranker}-{strategy}" for ranker in RANKERS for strategy in STRATEGIES]
FREE = Constraints()


def choose(
    selector, data, *, sizes, seed=0, constraints=FREE, task="reconstruction", noise="split"
):
    problem = make_problem(data, task, noise=noise, basis=6, n_splits=1)
    gate = RANKERS[selector.rpartition("-")[0]].gate
    base = base_network(problem, gate, QUICK, seed=seed)
    before = copy_of(base)
    path = select(problem, base, selector, QUICK, sizes=sizes, seed=seed, constraints=constraints)
    assert same_state(copy_of(base), before)
    assert problem.genes == data.genes
    return path


@pytest.mark.parametrize("selector", SELECTORS)
def test_contract(selector):
    check_selector(partial(choose, selector))


@pytest.mark.parametrize(
    ("task", "noise"),
    [
        ("reconstruction", "hidden"),
        ("reconstruction", "none"),
        ("classification", "none"),
        ("regression", "none"),
        ("hurdle", "split"),
    ],
)
@pytest.mark.parametrize("selector", SELECTORS)
def test_every_task(selector, task, noise):
    path = choose(selector, make_data(), sizes=[6, 2], task=task, noise=noise)
    assert [panel.size for panel in path.panels] == [6, 2]


@pytest.mark.parametrize("selector", SELECTORS)
def test_the_ranking_lists_every_candidate_once(selector):
    data = make_data()
    wish = Constraints(required=("g05",), excluded=("g01", "g02"))
    path = choose(selector, data, sizes=[8, 3], constraints=wish)
    assert sorted(place.gene for place in path.ranking) == sorted({*data.genes} - {"g01", "g02"})
    among = [place.among for place in path.ranking]
    assert among == sorted(among)  # the earlier a gene went, the more it was compared with
    if selector.endswith("ranking"):
        assert set(among) == {18}
    else:
        assert among[:3] == [3] * 3
        assert among[-1] >= 18


@pytest.mark.parametrize("selector", SELECTORS)
def test_test_cells_change_no_panel(selector):
    data = make_data()
    assert choose(selector, scrambled(data, "test"), sizes=[5]) == choose(selector, data, sizes=[5])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_scores_decide_and_names_break_ties(monkeypatch, strategy):
    wanted = {"g03": 2.0, "g11": 5.0, "g07": 2.0}

    def score(network, problem):
        assert network.n_inputs == len(problem.genes)
        return torch.tensor([wanted.get(gene, 0.0) for gene in problem.genes])

    monkeypatch.setitem(RANKERS, "wanted", Ranker("open", score))
    path = choose(f"wanted-{strategy}", make_data(), sizes=[5])
    assert path.of_size(5).genes == ("g11", "g03", "g07", "g00", "g01")
    assert [place.score for place in path.ranking[:4]] == [5.0, 2.0, 2.0, 0.0]


def test_elimination_scores_the_network_trained_on_what_is_left(monkeypatch):
    stages = []

    def score(network, problem):
        stages.append((len(problem.genes), network.n_inputs, copy_of(network)))
        return torch.arange(len(problem.genes)).flip(0).double()

    monkeypatch.setitem(RANKERS, "first", Ranker("open", score))
    path = choose("first-rfe", make_data(), sizes=[6, 3])
    counts = [20, *schedule(20, [6, 3], QUICK.elimination.ratio)]
    assert [(n, inputs) for n, inputs, _ in stages] == [(n, n) for n in counts]
    for n, (_, _, weights) in zip(counts[1:], stages[1:], strict=True):
        inherited = stages[0][2]["layers.0.weight"][:, :n]
        moved = (weights["layers.0.weight"] - inherited).abs().max()
        assert 0 < moved < 0.2  # warm-started, and trained
    assert path.of_size(3).genes == ("g00", "g01", "g02")


sizes_of = st.integers(1, 3000).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(1, n), min_size=1, max_size=5))
)


@given(sizes=sizes_of, ratio=st.floats(0.01, 0.99))
def test_laws_of_the_schedule(sizes, ratio):
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
def test_schedules(args, counts):
    assert schedule(*args) == counts


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((10, [11, 3, 0], 0.5), r"sizes must lie in 1\.\.10, came \[11, 0\]"),
        ((10, [], 0.5), r"sizes must lie in 1\.\.10, came \[\]"),
        ((10, [3], 1.0), r"ratio must lie in \(0, 1\), came 1.0"),
        ((10, [3], 0), r"ratio must lie in \(0, 1\), came 0"),
    ],
)
def test_schedules_that_cannot_be(args, message):
    with pytest.raises(ValueError, match=message):
        schedule(*args)


@pytest.mark.parametrize("selector", ["greedy", "bernoulli", "bernoulli-best", "cauchy-rfe"])
def test_unknown_selectors(selector):
    problem = make_problem(make_data(), "regression")
    base = base_network(problem, "open", QUICK, seed=0)
    with pytest.raises(KeyError, match=f"'{selector}' is not a neural selector: RANKER-rfe or RA"):
        select(problem, base, selector, QUICK, sizes=[3], seed=0)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_stages_train_their_own_number_of_steps_and_keep_a_doubled_penalty(monkeypatch, strategy):
    used = []

    def recorded(network, problem, settings, *, seed):
        fitted = fit(network, problem, settings, seed=seed)
        used.append((settings.max_steps, settings.penalty, seed, fitted.penalty))
        return fitted

    monkeypatch.setattr(selection, "fit", recorded)
    problem = make_problem(make_data(), "reconstruction", basis=6, n_splits=1)
    training = replace(QUICK.training, min_dropout=0.99, max_doublings=1, penalty=0.01)
    settings = replace(QUICK, training=training)
    base = base_network(problem, "bernoulli", settings, seed=0)
    select(problem, base, f"bernoulli-{strategy}", settings, sizes=[4], seed=5)
    n_stages = len(schedule(20, [4], QUICK.elimination.ratio)) if strategy == "rfe" else 0
    assert [steps for steps, *_ in used] == [QUICK.elimination.max_steps] * n_stages
    assert len({seed for *_, seed, _ in used}) == n_stages
    for (*_, after), (_, before, *_) in pairwise(used):
        assert before == after
