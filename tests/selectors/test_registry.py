"""The table of selectors agrees with the functions behind it."""

import pytest

from spinn.networks.gates import GATES
from spinn.selectors.baselines import all_baselines as baselines
from spinn.selectors.registry import EXCHANGE, RANKER_GATES, SELECTORS, STRATEGIES, families
from tests.support.cells import from_counts, make_data

BASELINES = families(SELECTORS)["baselines"]


def test_every_selector_has_its_function():
    assert set(BASELINES) == set(baselines.BASELINES)
    grouped = families(SELECTORS)
    for ranker, gate in RANKER_GATES.items():
        assert gate in GATES
        assert grouped[ranker] == [f"{ranker}-{s}{e}" for e in ("", EXCHANGE) for s in STRATEGIES]
    for ranker in RANKER_GATES:
        assert {SELECTORS[name].gate for name in grouped[ranker]} == {RANKER_GATES[ranker]}


def test_families_keep_the_order_and_lose_nobody():
    wanted = ["random", "jacobian-rfe", "greedy", "bernoulli-rfe", "jacobian-ranking"]
    grouped = families(wanted)
    assert list(grouped) == ["baselines", "jacobian", "bernoulli"]
    assert grouped["baselines"] == ["random", "greedy"]
    assert sorted(name for names in grouped.values() for name in names) == sorted(wanted)
    with pytest.raises(KeyError, match="'greed' is not a selector; they are recommended, "):
        families(["greed"])


@pytest.mark.parametrize("name", BASELINES)
def test_only_those_that_draw_depend_on_the_seed(name):
    rankings = {baseline(name, make_data(), seed).ranking for seed in range(3)}
    assert (len(rankings) > 1) == SELECTORS[name].draws


@pytest.mark.parametrize("name", BASELINES)
def test_only_those_that_need_labels_refuse_cells_without(name):
    data = from_counts(make_data().counts)
    if SELECTORS[name].needs_labels:
        with pytest.raises(ValueError, match=f"{name} needs labels; name an obs column as label"):
            baseline(name, data, 0)
    else:
        assert baseline(name, data, 0).of_size(12).size == 12


def baseline(name, data, seed):
    free = baselines.Constraints()
    choose = baselines.BASELINES[name]
    return choose(data, sizes=[12], seed=seed, constraints=free, task="reconstruction")
