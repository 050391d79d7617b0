"""The problems that peers' networks solve, as published."""

from dataclasses import replace

import pytest
import torch

from spinn.networks.tasks import Hurdle
from spinn.selectors.choose import open_cells
from tests.support.cells import QUICK, make_data
from tests.support.selectors import TASKS


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("noise", ["split", "hidden", "none"])
@pytest.mark.parametrize("counts", [True, False])
def test_persist_reads_which_genes_are_on_and_predicts_by_the_hurdle(noise, task, counts):
    settings, data = replace(QUICK, noise=noise), make_data(counts=counts)
    for name in ("persist", "concrete_ae"):
        problem = open_cells(name, data, task, settings).problem
        assert problem.genes == data.genes
        assert problem.encoder.noise == ("split" if noise == "split" and counts else "none")
        x, _ = problem.train.batch(0, torch.arange(20))
        binary = all(len(column.unique()) <= 2 for column in x.T)
        assert binary == (name == "persist" or task == "hurdle")
        hurdle = task == "hurdle" or (name == "persist" and task == "reconstruction")
        assert isinstance(problem.task, Hurdle) == hurdle
