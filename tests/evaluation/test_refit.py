"""Refits: networks without a gate on fixed panels, warm or fresh."""

from dataclasses import replace

import pytest
import torch

from spinn.evaluation.refit import refit
from spinn.networks.gates import OpenGate
from spinn.networks.problem import make_problem
from spinn.panel import Panel
from spinn.settings import RefitSettings
from tests.support.cells import QUICK, copy_of, make_data, same_state

LARGE, SMALL, OTHER = Panel(("g09", "g02", "g05")), Panel(("g05", "g09")), Panel(("g11", "g02"))
WARM = replace(QUICK, refit=RefitSettings(start="warm", max_steps=10))
FROZEN = replace(WARM, training=replace(QUICK.training, lr=0.0))


def refits(panels, settings=QUICK, seed=0):
    problem = make_problem(make_data(), "reconstruction", basis=6, n_splits=1, resident=False)
    return refit(problem, panels, settings, seed=seed)


def test_inputs_are_the_panels_genes_in_the_order_of_the_data():
    for panel, (problem, network) in zip([LARGE, SMALL], refits([LARGE, SMALL]), strict=True):
        assert problem.genes == tuple(sorted(panel.genes))
        assert problem.positions.tolist() == [int(gene[1:]) for gene in problem.genes]
        assert network.n_inputs == panel.size
        assert type(network.gate) is OpenGate
        assert not network.training


def test_a_warm_start_inherits_the_larger_panels_weights():
    (_, large), (_, small) = refits([LARGE, SMALL], FROZEN)
    assert same_state(copy_of(small), copy_of(large.keep(torch.tensor([1, 2]))))


@pytest.mark.parametrize(("second", "settings"), [(OTHER, WARM), (SMALL, QUICK), (OTHER, QUICK)])
def test_a_fresh_start_knows_nothing_of_larger_panels(second, settings):
    _, (_, after) = refits([LARGE, second], settings)
    ((_, alone),) = refits([second], settings)
    assert same_state(copy_of(after), copy_of(alone))


def test_the_seed_decides():
    one, again, other = (refits([SMALL], seed=seed)[0][1] for seed in (0, 0, 1))
    assert same_state(copy_of(one), copy_of(again))
    assert not same_state(copy_of(one), copy_of(other))
