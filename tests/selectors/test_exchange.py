"""Exchange: its score, what it finds, what it leaves alone."""

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.config.check import ConfigError, check
from spinn.constraints.constraints import Constraints
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network
from spinn.panel import Panel, path_by_place
from spinn.selectors import exchange
from spinn.selectors import exchange_folds as missed
from spinn.selectors.baselines.all_baselines import greedy_split
from spinn.selectors.elimination import choose_with_network
from spinn.selectors.exchange import exchanged, gains
from spinn.selectors.scores import RANKERS
from spinn.settings import NetworkSettings, Settings, TrainingSettings
from tests.support.cells import QUICK, from_counts, make_data, scrambled, without_counts
from tests.support.contracts import check_selector

FREE = Constraints()
SETTINGS = Settings(
    network=NetworkSettings(hidden=(64,)),
    training=TrainingSettings(max_steps=600, patience=3),
)


def choose(selector, data, *, sizes, seed=0, constraints=FREE, task="reconstruction"):
    problem = make_problem(data, task, basis=6, n_splits=1)
    gate = RANKERS[selector.partition("-")[0]].gate
    base = base_network(problem, gate, QUICK, seed=seed)
    return choose_with_network(
        problem, base, selector, QUICK, sizes=sizes, seed=seed, constraints=constraints
    )


def after(problem, *panel, constraints=FREE, seed=0):
    path = path_by_place([Panel(panel)])
    found = exchanged(path, problem, SETTINGS, seed=seed, constraints=constraints)
    return found.panels[0].genes


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 5), st.integers(1, 6))
def test_the_gain_is_its_formula(seed, n_cells, n_genes, n_targets):
    rng = np.random.default_rng(seed)
    read = rng.normal(1, 2, size=(n_cells, n_genes))
    told = rng.normal(-1, 3, size=(n_cells, n_targets)) + read[:, :1]
    read[:, rng.random(n_genes) < 0.2] = 3.0  # constant: tells nothing
    found = gains(torch.as_tensor(read), torch.as_tensor(told)).numpy()
    for j in range(n_genes):
        wanted = 0.0
        for g in range(n_targets):
            both = np.cov(read[:, j], told[:, g], bias=True)
            wanted += both[0, 1] ** 2 / both[0, 0] if both[0, 0] > 1e-9 else 0.0
        assert found[j] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


N_CELLS = 600


@cache
def cells(*, bent=False):
    """Genes 0 to 4 follow a programme, 5 to 9 another, 10 to 19 vary by chance.

    Where ``bent``, genes 10 to 19 follow the square of the first instead: a network knows them by
    genes 0 to 4, of which no line through these says anything.
    """
    rng = np.random.default_rng(0)
    one, two = rng.uniform(-(3**0.5), 3**0.5, size=(2, N_CELLS, 1))
    rest = 0.75 * (one**2 - 1) if bent else np.zeros((N_CELLS, 1))
    log_rate = np.hstack([one.repeat(5, 1), 0.9 * two.repeat(5, 1), rest.repeat(10, 1)])
    counts = sp.csr_matrix(rng.poisson(np.exp(5 + 0.5 * log_rate)).astype(np.int32))
    return from_counts(counts, total=np.full(N_CELLS, 50_000))


@cache
def problem(task="reconstruction", *, noise="split", bent=False):
    return make_problem(cells(bent=bent), task, noise=noise, basis=6, n_splits=1)


ONE, TWO = {f"g{i:02}" for i in range(5)}, {f"g{i:02}" for i in range(5, 10)}


@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
def test_a_redundant_gene_makes_way_for_what_nobody_tells(noise):
    found = set(after(problem(noise=noise), "g00", "g01"))
    assert len(found & ONE) == len(found & TWO) == 1


def test_what_a_network_bends_from_the_others_is_no_news():
    linear = greedy_split(
        cells(bent=True), sizes=[2], seed=0, constraints=FREE, task="reconstruction"
    )
    assert not set(linear.genes) & TWO
    found = set(after(problem(bent=True), "g00", "g10"))
    assert len(found & ONE) == len(found & TWO) == 1


def test_a_good_panel_stays_one():
    found = set(after(problem(), "g00", "g05"))
    assert len(found & ONE) == len(found & TWO) == 1


def test_hurdle_reads_who_is_on():
    rng = np.random.default_rng(0)
    on = rng.random((2, N_CELLS, 1)) < 0.5
    chance = np.hstack([on[0].repeat(5, 1), on[1].repeat(5, 1), rng.random((N_CELLS, 10)) < 0.5])
    counts = sp.csr_matrix(rng.poisson(np.where(chance, 6.0, 0.05)).astype(np.int32))
    of_hurdle = make_problem(from_counts(counts), "hurdle", n_splits=1)
    found = set(after(of_hurdle, "g00", "g01"))
    assert len(found & ONE) == len(found & TWO) == 1


def test_many_outputs_are_looked_at_in_few_directions(monkeypatch):
    of_hurdle = make_problem(make_data(), "hurdle", n_splits=1)
    whole = [missed.fit_fold(i, [0, 1, 2], of_hurdle, QUICK, seed=0) for i in range(2)]
    monkeypatch.setattr(missed, "DIRECTIONS", 12)
    few = [missed.fit_fold(i, [0, 1, 2], of_hurdle, QUICK, seed=0) for i in range(2)]
    assert whole[0].directions is None
    assert few[0].directions.shape == (40, 12)
    for ours, theirs in zip(few, whole, strict=True):
        found, wanted = (
            exchange._gains(*missed.moments_without(1, [0, 1, 2], fold, of_hurdle))
            for fold in (ours, theirs)
        )
        assert found.le(wanted * (1 + 1e-4)).all()  # a part of the sum
        assert np.corrcoef(found, wanted)[0, 1] > 0.9


def test_required_genes_stay_and_excluded_ones_stay_out():
    wish = Constraints(required=("g00", "g01"), excluded=tuple(sorted(TWO)))
    assert after(problem(), "g00", "g01", constraints=wish) == ("g00", "g01")
    found = after(problem(), "g00", "g01", "g02", constraints=wish)
    assert found[:2] == ("g00", "g01")
    assert not set(found) & TWO


def test_groups_and_budget_hold():
    groups = dict.fromkeys(["g00", *TWO], "one")
    found = after(problem(), "g00", "g01", "g02", constraints=Constraints(group=groups))
    assert len(set(found) & groups.keys()) <= 1
    dear = Constraints(cost=dict.fromkeys(TWO, 5.0), budget=4.0)
    assert not set(after(problem(), "g00", "g01", constraints=dear)) & TWO


def test_a_weight_decides_who_comes():
    wish = Constraints(weight={"g09": 1000.0})
    assert set(after(problem(), "g00", "g01", constraints=wish)) & TWO == {"g09"}


@pytest.mark.parametrize("name", ["bernoulli-rfe+exchange", "jacobian-ranking+exchange"])
def test_contract(name):
    check_selector(partial(choose, name), nested=False)


@pytest.mark.parametrize("data", [make_data(), without_counts(make_data())])
def test_every_ranker_takes_it_with_and_without_counts(data):
    noise = "split" if data.has_counts else "hidden"
    every = make_problem(data, "reconstruction", noise=noise, basis=6, n_splits=1)
    for ranker, kind in RANKERS.items():
        base = base_network(every, kind.gate, QUICK, seed=0)
        path = choose_with_network(
            every, base, f"{ranker}-ranking+exchange", QUICK,
            sizes=[2, 6], seed=0, constraints=FREE,
        )  # fmt: skip
        assert [panel.size for panel in path.panels] == [6, 2]


def test_test_cells_play_no_part():
    found = [
        choose("bernoulli-rfe+exchange", data, sizes=[6, 3])
        for data in (make_data(), scrambled(make_data(), "test"))
    ]
    assert found[0] == found[1]


def test_networks_are_judged_on_cells_they_have_not_seen():
    """A fold's network does not change when the cells that it is judged on do."""
    made = problem()
    one = missed.fit_fold(0, [0, 5], made, SETTINGS, seed=0)
    dealt = np.random.default_rng(0).permutation(made.train.n_cells) % missed.FOLDS
    judged = torch.as_tensor(np.flatnonzero(dealt == 0))
    targets = tuple(each.clone() for each in made.train.targets)
    for each in targets:
        each[judged] += 100
    changed = replace(made, train=replace(made.train, targets=targets))
    other = missed.fit_fold(0, [0, 5], changed, SETTINGS, seed=0)
    for key, weights in one.network.state_dict().items():
        assert torch.equal(weights, other.network.state_dict()[key])
    assert other.loss > 10 * one.loss


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_other_tasks_are_refused(task):
    with pytest.raises(ValueError, match=rf"predict genes \(reconstruction, hurdle\), came {task}"):
        choose("bernoulli-rfe+exchange", make_data(), sizes=[2], task=task)


@pytest.mark.parametrize(
    ("selectors", "tasks", "line"),
    [
        (["greedy+exchange"], ["reconstruction"],
         r"^selectors\[0\]: 'greedy\+exchange' is not a selector; \+exchange follows a ranker with "
         "a strategy only, as in 'bernoulli-rfe\\+exchange'$"),
        (["pca", "bernoulli-rfe+exchange+exchange"], ["reconstruction"],
         r"^selectors\[1\]: 'bernoulli-rfe\+exchange\+exchange' is not a selector; \+exchange fol"),
        (["pca", "bernoulli-rfe+exchang"], ["reconstruction"],
         r"^selectors\[1\]: 'bernoulli-rfe\+exchang' is not a selector; did you mean "
         r"'bernoulli-rfe\+exchange'\?$"),
        (["gaussian-rfe+exchange"], ["hurdle", "classification"],
         "^tasks: must be among reconstruction and hurdle for 'gaussian-rfe\\+exchange' "
         r"\(selectors\), got 'classification'; leave one out$"),
    ],
)  # fmt: skip
def test_configs_are_refused_in_one_line(selectors, tasks, line):
    with pytest.raises(ConfigError, match=line):
        check(config(selectors, tasks))


def test_configs_are_accepted():
    names = [f"{ranker}-{kind}+exchange" for ranker in RANKERS for kind in ("rfe", "ranking")]
    assert check(config(names, ["reconstruction", "hurdle"]))["selectors"] == names


def config(selectors, tasks):
    cells = {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}
    return {"datasets": {"mine": cells}, "selectors": selectors, "tasks": tasks}
