"""Exchange: its score, which genes it exchanges, which it leaves alone."""

from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given
from hypothesis import strategies as st

from spinn.config.check import ConfigError, check
from spinn.constraints.constraints import Constraints
from spinn.networks.problem import make_problem
from spinn.panel import Panel, path_by_place
from spinn.selectors.exchange import exchanged, gains
from spinn.selectors.registry import RANKERS, STRATEGIES
from spinn.selectors.run import Run
from spinn.settings import NetworkSettings, Settings, TrainingSettings
from tests.support.cells import from_counts, make_data
from tests.support.selectors import FREE, choose, genes_of

SETTINGS = Settings(
    network=NetworkSettings(hidden=(64,)),
    training=TrainingSettings(max_steps=600, patience=3),
)


def after(problem, *panel, constraints=FREE):
    """The genes of a panel after the exchange."""
    path, run = path_by_place([Panel(panel)]), Run("any", [len(panel)], 0, constraints)
    return exchanged(path, problem, SETTINGS, run).panels[0].genes


def one_of_each(genes):
    """Whether two genes are one of either programme."""
    return len(set(genes) & ONE) == len(set(genes) & TWO) == 1


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 5), st.integers(1, 6))
def test_the_gain_is_its_formula(seed, n_cells, n_genes, n_targets):
    rng = np.random.default_rng(seed)
    read = rng.normal(1, 2, size=(n_cells, n_genes))
    missed = rng.normal(-1, 3, size=(n_cells, n_targets)) + read[:, :1]
    read[:, rng.random(n_genes) < 0.2] = 3.0  # constant: explains nothing
    values = gains(torch.as_tensor(read), torch.as_tensor(missed)).numpy()
    for j in range(n_genes):
        wanted = 0.0
        for g in range(n_targets):
            both = np.cov(read[:, j], missed[:, g], bias=True)
            wanted += both[0, 1] ** 2 / both[0, 0] if both[0, 0] > 1e-9 else 0.0
        assert values[j] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


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
def test_a_redundant_gene_makes_way_for_what_no_other_explains(noise):
    assert one_of_each(after(problem(noise=noise), "g00", "g01"))


def test_what_a_network_bends_from_the_others_counts_for_nothing():
    assert not set(genes_of("greedy_split", cells(bent=True), sizes=[2])) & TWO
    assert one_of_each(after(problem(bent=True), "g00", "g10"))


def test_a_good_panel_stays_one():
    assert one_of_each(after(problem(), "g00", "g05"))


def test_the_hurdle_goes_by_which_genes_are_on():
    rng = np.random.default_rng(0)
    on = rng.random((2, N_CELLS, 1)) < 0.5
    chance = np.hstack([on[0].repeat(5, 1), on[1].repeat(5, 1), rng.random((N_CELLS, 10)) < 0.5])
    counts = sp.csr_matrix(rng.poisson(np.where(chance, 6.0, 0.05)).astype(np.int32))
    of_hurdle = make_problem(from_counts(counts), "hurdle", n_splits=1)
    assert one_of_each(after(of_hurdle, "g00", "g01"))


def test_required_genes_stay_and_excluded_ones_stay_out():
    constraints = Constraints(required=("g00", "g01"), excluded=tuple(sorted(TWO)))
    assert after(problem(), "g00", "g01", constraints=constraints) == ("g00", "g01")
    genes = after(problem(), "g00", "g01", "g02", constraints=constraints)
    assert genes[:2] == ("g00", "g01")
    assert not set(genes) & TWO


def test_groups_and_budget_hold():
    groups = dict.fromkeys(["g00", *TWO], "one")
    genes = after(problem(), "g00", "g01", "g02", constraints=Constraints(group=groups))
    assert len(set(genes) & groups.keys()) <= 1
    dear = Constraints(cost=dict.fromkeys(TWO, 5.0), budget=4.0)
    assert not set(after(problem(), "g00", "g01", constraints=dear)) & TWO


def test_a_weight_decides_between_genes_that_explain_alike():
    constraints = Constraints(weight={"g09": 1000.0})
    assert set(after(problem(), "g00", "g01", constraints=constraints)) & TWO == {"g09"}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_other_tasks_are_refused(task):
    with pytest.raises(ValueError, match=rf"predict genes \(reconstruction, hurdle\), got {task}"):
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
    names = [f"{ranker}-{strategy}+exchange" for ranker in RANKERS for strategy in STRATEGIES]
    assert check(config(names, ["reconstruction", "hurdle"]))["selectors"] == names


def config(selectors, tasks):
    cells = {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}
    return {"datasets": {"mine": cells}, "selectors": selectors, "tasks": tasks}
