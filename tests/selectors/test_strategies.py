"""Rankers by both strategies: scores decide, every candidate is ranked, trainings are as many."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from spinn.constraints.constraints import Constraints
from spinn.networks.training import fit
from spinn.selectors import elimination
from spinn.selectors.choose import choose as run_selector
from spinn.selectors.choose import open_cells
from spinn.selectors.elimination import schedule
from spinn.selectors.rankers import jacobian
from spinn.selectors.registry import EXCHANGE, RANKERS, SELECTORS, STRATEGIES
from spinn.selectors.run import Run
from tests.support.cells import QUICK, copy_of, make_data, same_state
from tests.support.selectors import choose

NAMES = [f"{ranker}-{strategy}" for ranker in RANKERS for strategy in STRATEGIES]


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
@pytest.mark.parametrize("name", NAMES)
def test_every_task_is_taken_with_any_noise(name, task, noise):
    path = choose(name, make_data(), sizes=[6, 2], task=task, settings=replace(QUICK, noise=noise))
    assert [panel.size for panel in path.panels] == [6, 2]


@pytest.mark.parametrize("name", NAMES)
def test_the_ranking_lists_every_candidate_once(name):
    data = make_data()
    constraints = Constraints(required=("g05",), excluded=("g01", "g02"))
    path = choose(name, data, sizes=[8, 3], constraints=constraints)
    assert sorted(place.gene for place in path.ranking) == sorted({*data.genes} - {"g01", "g02"})
    among = [place.among for place in path.ranking]
    assert among == sorted(among)  # the earlier a gene went, the more it was compared with
    if name.endswith("ranking"):
        assert set(among) == {18}
    else:
        assert among[:3] == [3] * 3
        assert among[-1] >= 18


@pytest.mark.parametrize("name", [name for name, e in SELECTORS.items() if e.kind == "ranker"])
def test_choosing_leaves_the_base_model_and_the_problem_as_they_were(name):
    cells = open_cells(name, make_data(), "reconstruction", QUICK)
    base, _ = cells.base(SELECTORS[name].gate, 0)
    before = copy_of(base)
    run_selector(cells, Run(name, [5]))
    assert cells.base(SELECTORS[name].gate, 0)[0] is base
    assert same_state(copy_of(base), before)
    assert cells.problem.genes == cells.data.genes


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_scores_decide_and_names_break_ties(monkeypatch, strategy):
    wanted = {"g03": 2.0, "g11": 5.0, "g07": 2.0}

    def score(network, problem):
        assert network.n_inputs == len(problem.genes)
        return torch.tensor([wanted.get(gene, 0.0) for gene in problem.genes])

    monkeypatch.setattr(jacobian, "score", score)
    path = choose(f"jacobian-{strategy}", make_data(), sizes=[5])
    assert path.of_size(5).genes == ("g11", "g03", "g07", "g00", "g01")
    assert [place.score for place in path.ranking[:4]] == [5.0, 2.0, 2.0, 0.0]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_stages_train_their_own_number_of_steps_and_keep_a_doubled_penalty(monkeypatch, strategy):
    fits = []

    def recorded(network, problem, settings, *, seed):
        fitted = fit(network, problem, settings, seed=seed)
        fits.append((settings.max_steps, settings.penalty, seed, fitted.penalty))
        return fitted

    monkeypatch.setattr(elimination, "fit", recorded)
    training = replace(QUICK.training, min_dropout=0.99, max_doublings=1, penalty=0.01)
    settings = replace(QUICK, training=training)
    choose(f"bernoulli-{strategy}", make_data(), sizes=[4], seed=5, settings=settings)
    n_stages = len(schedule(20, [4], QUICK.elimination.ratio)) if strategy == "rfe" else 0
    assert [steps for steps, *_ in fits] == [QUICK.elimination.max_steps] * n_stages
    assert len({seed for *_, seed, _ in fits}) == n_stages
    for (*_, after), (_, before, *_) in pairwise(fits):
        assert before == after


def test_an_exchange_follows_the_panels_of_its_strategy(monkeypatch):
    from spinn.selectors import strategies

    handed = []
    monkeypatch.setattr(
        strategies, "exchanged", lambda path, *_: handed.append(path.panels) or path
    )
    for strategy in STRATEGIES:
        name = f"first_layer-{strategy}"
        plain = choose(name, make_data(), sizes=[5])
        choose(name + EXCHANGE, make_data(), sizes=[5])
        assert handed.pop() == plain.panels
