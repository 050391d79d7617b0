"""Networks of the folds, and what they miss in cells that they have not seen."""

from dataclasses import replace

import numpy as np
import torch

from spinn.networks.problem import make_problem
from spinn.selectors import exchange, exchange_folds
from spinn.selectors.exchange_folds import FOLDS, covariances_without, fit_fold
from tests.support.cells import QUICK, make_data


def test_the_hurdle_s_many_outputs_are_used_in_few_directions(monkeypatch):
    problem, panel = make_problem(make_data(), "hurdle", n_splits=1), [0, 1, 2]
    whole = [fit_fold(i, panel, problem, QUICK, seed=0) for i in range(FOLDS)]
    monkeypatch.setattr(exchange_folds, "DIRECTIONS", 12)
    few = [fit_fold(i, panel, problem, QUICK, seed=0) for i in range(FOLDS)]
    assert whole[0].directions is None
    assert few[0].directions.shape == (40, 12)
    for folds in zip(few, whole, strict=True):
        part, total = (
            exchange._gains(*covariances_without(1, panel, fold, problem)) for fold in folds
        )
        assert part.le(total * (1 + 1e-4)).all()  # a part of the sum
        assert np.corrcoef(part, total)[0, 1] > 0.9


def test_networks_are_judged_on_cells_that_they_have_not_seen():
    """A fold's network does not change when the cells that it is judged on do."""
    problem = make_problem(make_data(), "reconstruction", basis=6, n_splits=1)
    one = fit_fold(0, [0, 5], problem, QUICK, seed=0)
    fold_of = np.random.default_rng(0).permutation(problem.train.n_cells) % FOLDS
    judged = torch.as_tensor(np.flatnonzero(fold_of == 0))
    targets = tuple(each.clone() for each in problem.train.targets)
    for each in targets:
        each[judged] += 100
    changed = replace(problem, train=replace(problem.train, targets=targets))
    other = fit_fold(0, [0, 5], changed, QUICK, seed=0)
    for key, weights in one.network.state_dict().items():
        assert torch.equal(weights, other.network.state_dict()[key])
    assert other.loss > 10 * one.loss
