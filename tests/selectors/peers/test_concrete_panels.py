"""Panels of concrete layers: every candidate ranked, all steps taken, planted genes chosen."""

import logging
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from spinn.selectors.peers.concrete_panels import crossing_lr
from tests.support.cells import QUICK, gene_names, make_data, permuted
from tests.support.planted import PATIENT, PLANTED, independent, nonlinear, signs
from tests.support.selectors import choose

# persist reads which genes are on only.
TARGETS = {"concrete_ae": nonlinear, "persist": signs}
every_peer = pytest.mark.parametrize("name", TARGETS)


@every_peer
def test_the_ranking_lists_every_candidate_once(name):
    constraints = Constraints(required=("g05",), excluded=("g01", "g02"))
    path = choose(name, make_data(), sizes=[8, 3], constraints=constraints)
    ranked = [place.gene for place in path.ranking]
    assert sorted(ranked) == sorted({*gene_names(20)} - {"g01", "g02"})
    assert tuple(ranked[:8]) == path.of_size(8).genes
    assert {place.among for place in path.ranking} == {18}
    scores = [place.score for place in path.ranking]
    assert scores[1:] == sorted(scores[1:], reverse=True)  # after the required gene
    assert min(scores[:8]) > 0 == max(scores[8:])


@every_peer
def test_every_panel_has_all_its_steps(name, caplog):
    """However the validation loss goes, the temperature falls to its end."""
    training = replace(QUICK.training, max_steps=20, check_every=2, patience=1, lr=1.0)
    with caplog.at_level(logging.INFO, logger="spinn.networks.training"):
        choose(name, make_data(), sizes=[5, 3], settings=replace(QUICK, training=training))
    # 20 genes halved: 10, 5 and then 3; each stage takes four steps
    assert [record.args[1] for record in caplog.records] == [20 + 2 * 4, 20 + 3 * 4]


def test_a_parameter_crosses_its_way_ten_times():
    assert crossing_lr(3.0, 600) * 600 == pytest.approx(10 * 3.0)


@every_peer
def test_planted_genes_are_chosen(name):
    """By most of three seeds: a concrete layer may harden early on a gene of no use."""
    times = Counter()
    for seed in range(3):
        data = independent(2000, TARGETS[name], seed)
        path = choose(name, data, sizes=[4], seed=seed, task="regression", settings=PATIENT)
        times.update(path.of_size(4).genes)
    assert {gene for gene, n in times.items() if n >= 2} == PLANTED


@every_peer
def test_the_order_of_genes_is_that_of_the_problem(name):
    """Names and positions are not mixed up: the same cells in another order, planted genes."""
    data = independent(600, TARGETS[name], 1)
    shuffled = permuted(data, np.random.default_rng(1).permutation(data.n_genes))
    path = choose(name, shuffled, sizes=[2], task="regression", settings=PATIENT)
    assert set(path.of_size(2).genes) <= PLANTED
