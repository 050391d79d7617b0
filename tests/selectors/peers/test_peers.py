"""Peers that train networks: the shared contract, planted truth, PERSIST's search."""

import logging
from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinn.constraints.constraints import Constraints
from spinn.networks.tasks import Hurdle
from spinn.selectors.baselines.all_baselines import BASELINES
from spinn.selectors.peers import persist as persist_module
from spinn.selectors.peers.concrete_panels import crossing_lr
from spinn.selectors.peers.persist import NEAR, TRIALS, search_penalty
from spinn.selectors.peers.trained import PEERS, peer_problem
from spinn.selectors.registry import SELECTORS
from spinn.settings import EliminationSettings, NetworkSettings, Settings, TrainingSettings
from tests.selectors.test_constrained import check_every_size
from tests.selectors.test_truth import PLANTED, independent, nonlinear
from tests.support.cells import QUICK, gene_names, make_data, permuted, scrambled
from tests.support.contracts import check_selector
from tests.support.gene_sections import DATA, SECTION, constraints_in

FREE = Constraints()
TASKS = ("reconstruction", "classification", "regression", "hurdle")


def choose(name, data, *, sizes, seed=0, constraints=FREE, task="reconstruction", how=QUICK):
    problem = peer_problem(data, name, task, how)
    run = PEERS[name].choose
    path = run(problem, how, sizes=sizes, seed=seed, constraints=constraints)
    assert problem.genes == data.genes
    return path


def test_every_peer_stands_in_the_catalogue():
    for name in PEERS:
        entry = SELECTORS[name]
        assert (entry.family, entry.gate, entry.draws, entry.needs_torch) == (
            (name, None, True, True)
        )


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
@pytest.mark.parametrize("counts", [True, False])
def test_persist_reads_what_is_on_and_predicts_by_the_hurdle(noise, task, counts):
    how, data = replace(QUICK, noise=noise), make_data(counts=counts)
    for name in PEERS:
        problem = peer_problem(data, name, task, how)
        assert problem.encoder.noise == ("split" if noise == "split" and counts else "none")
        x, _ = problem.train.batch(0, torch.arange(20))
        binary = all(len(column.unique()) <= 2 for column in x.T)
        assert binary == (name == "persist" or task == "hurdle")
        hurdle = task == "hurdle" or (name == "persist" and task == "reconstruction")
        assert isinstance(problem.task, Hurdle) == hurdle


@pytest.mark.parametrize("name", PEERS)
def test_contract(name):
    check_selector(partial(choose, name), nested=False)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("name", PEERS)
def test_every_task_with_and_without_counts(name, counts, task):
    path = choose(name, make_data(counts=counts), sizes=[6, 2], task=task)
    assert [panel.size for panel in path.panels] == [6, 2]


@pytest.mark.parametrize("name", PEERS)
def test_the_ranking_lists_every_candidate_once(name):
    wish = Constraints(required=("g05",), excluded=("g01", "g02"))
    path = choose(name, make_data(), sizes=[8, 3], constraints=wish)
    ranked = [place.gene for place in path.ranking]
    assert sorted(ranked) == sorted({*gene_names(20)} - {"g01", "g02"})
    assert tuple(ranked[:8]) == path.of_size(8).genes
    assert {place.among for place in path.ranking} == {18}
    scores = [place.score for place in path.ranking]
    assert scores[1:] == sorted(scores[1:], reverse=True)  # behind the required gene
    assert min(scores[:8]) > 0 == max(scores[8:])


@pytest.mark.parametrize("name", PEERS)
@settings(max_examples=8)
@given(section=SECTION, sizes=st.lists(st.integers(1, 8), min_size=1, max_size=2, unique=True))
def test_groups_costs_weights_and_bounds_are_met_or_refused(name, section, sizes):
    wish = constraints_in(section)
    assume(wish is not None)
    how = replace(QUICK, training=replace(QUICK.training, max_steps=2))
    problem = peer_problem(DATA, name, "reconstruction", how)
    run = partial(PEERS[name].choose, problem, how, seed=0)
    check_every_size(run, wish, sizes)


@pytest.mark.parametrize("name", PEERS)
def test_test_cells_change_no_panel(name):
    data = make_data()
    assert choose(name, scrambled(data, "test"), sizes=[5]) == choose(name, data, sizes=[5])


@pytest.mark.parametrize("name", PEERS)
def test_another_seed_may_choose_other_genes(name):
    assert len({choose(name, make_data(), sizes=[5], seed=seed).panels for seed in range(4)}) > 1


def chosen_by(name, data, **options):
    if name in PEERS:
        return choose(name, data, **options)
    return BASELINES[name](data, task="reconstruction", **options)


@pytest.mark.parametrize("name", [*BASELINES, *PEERS])
@settings(max_examples=12)
@given(st.data())
def test_any_constraints_are_met(name, data):
    genes = gene_names(20)
    wish = data.draw(st.lists(st.sampled_from([*genes, "absent"]), unique=True, max_size=14))
    cut = data.draw(st.integers(0, len(wish)))
    required, excluded = tuple(wish[:cut]), tuple(wish[cut:])
    assume("absent" not in required)
    most = 20 - len(set(excluded) - {"absent"})
    sizes = data.draw(st.lists(st.integers(max(1, cut), most), min_size=1, max_size=3, unique=True))
    path = chosen_by(
        name, make_data(60), sizes=sizes, seed=0, constraints=Constraints(required, excluded)
    )
    assert [panel.size for panel in path.panels] == sorted(sizes, reverse=True)
    for panel in path.panels:
        assert set(required) <= set(panel.genes) <= set(genes) - set(excluded)
        assert set(panel.genes[:cut]) == set(required)  # they come first


PATIENT = Settings(
    network=NetworkSettings(hidden=(32,)),
    training=TrainingSettings(lr=5e-3, max_steps=300, check_every=50),
    elimination=EliminationSettings(max_steps=100),
)


def signs(x, rng):
    """Targets that tell only on which side of 0 four genes are."""
    a, b, c, d = np.sign(x[:, sorted(int(gene[1:]) for gene in PLANTED)]).T
    signal = np.column_stack([a + b, 2 * a * c, d + 0.5 * b * c])
    return signal + rng.normal(scale=0.2, size=signal.shape)


@pytest.mark.parametrize(("name", "targets"), [("concrete_ae", nonlinear), ("persist", signs)])
def test_planted_genes_are_found(name, targets):
    """By most of three seeds: a concrete layer may settle early on a gene of no use."""
    times = Counter()
    for seed in range(3):
        data = independent(2000, targets, seed)
        path = choose(name, data, sizes=[4], seed=seed, task="regression", how=PATIENT)
        times.update(path.of_size(4).genes)
    assert {gene for gene, n in times.items() if n >= 2} == PLANTED


def test_persist_chooses_among_the_widest_gates(monkeypatch, caplog):
    monkeypatch.setattr(persist_module, "CANDIDATES", 6)
    data = independent(600, signs, 0)
    wish = Constraints(required=("g00",), excluded=("g03",))
    with caplog.at_level(logging.INFO):
        path = choose("persist", data, sizes=[3], task="regression", how=PATIENT, constraints=wish)
    assert {place.among for place in path.ranking} == {6}
    assert "of 19 gates open" in caplog.text
    assert set(path.of_size(3).genes) <= {"g00", *PLANTED} - {"g03"}
    assert path.of_size(3).genes[0] == "g00"


@pytest.mark.parametrize("n_steps", [4, 40, 400])
def test_gates_can_close_whatever_the_number_of_steps(n_steps):
    how = replace(QUICK, training=replace(QUICK.training, max_steps=n_steps))
    problem = peer_problem(make_data(), "persist", "reconstruction", how)
    logits = persist_module._trained_gates(problem, 1e4, how, 0)
    assert logits.lt(0).all()


@pytest.mark.parametrize("name", PEERS)
def test_every_panel_has_all_its_steps(name, caplog):
    """However the validation loss goes, the temperature falls to its end."""
    training = replace(QUICK.training, max_steps=20, check_every=2, patience=1, lr=1.0)
    with caplog.at_level(logging.INFO, logger="spinn.networks.training"):
        choose(name, make_data(), sizes=[5, 3], how=replace(QUICK, training=training))
    # 20 genes halved: 10, 5 and then 3; each stage takes four steps
    assert [record.args[1] for record in caplog.records] == [20 + 2 * 4, 20 + 3 * 4]


def test_a_parameter_crosses_its_way_ten_times():
    assert crossing_lr(3.0, 600) * 600 == pytest.approx(10 * 3.0)


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

    penalty, found = search_penalty(n_open, target)
    assert found == n_open(penalty)
    wanted = 10**middle * (n_genes / target - 1) ** (1 / slope)
    if 1e-5 < wanted < 1e3:  # within four factors of ten from the start, five halvings are left
        assert max(found / target, target / found) <= NEAR
    assert len(set(tried)) <= TRIALS


@given(st.lists(st.integers(0, 1000), min_size=TRIALS, max_size=TRIALS), st.integers(1, 1000))
def test_a_count_that_obeys_nothing_ends_the_search_with_the_nearest(counts, target):
    told = iter(counts)
    seen = []

    def n_open(penalty):
        seen.append((penalty, next(told)))
        return seen[-1][1]

    best = search_penalty(n_open, target)
    assert best in seen
    off = {pair: abs(np.log(max(pair[1], 0.5) / target)) for pair in seen}
    assert off[best] == pytest.approx(min(off.values()))


@pytest.mark.parametrize("name", PEERS)
def test_the_order_of_genes_is_that_of_the_problem(name):
    """Names and positions are not mixed up: the same cells in another order, planted genes."""
    targets = nonlinear if name == "concrete_ae" else signs
    data = independent(600, targets, 1)
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    path = choose(name, shuffled, sizes=[2], task="regression", how=PATIENT)
    assert set(path.of_size(2).genes) <= PLANTED
