"""Reconstruction in a basis: quality against time for several numbers of directions."""

import time
from dataclasses import replace
from typing import Any

import torch

from benchmarks.cells import cells
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.networks.problem import make_problem
from spinn.networks.tasks import Reconstruction
from spinn.networks.training import base_network, fit
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.elimination import eliminate
from spinn.selectors.rankers.bernoulli import score
from spinn.selectors.run import Run
from spinn.settings import Settings

BASES: tuple[int | None, ...] = (64, 128, 256, None)
SIZES = [16, 64]


def measure() -> dict[str, dict[str, Any]]:
    """Return, per basis, the time of a Bernoulli elimination and the FVU of its panels.

    The judge predicts every gene (no basis), so that no basis is judged by itself. The ratio is
    the time without a basis over the time with it.
    """
    name, data = cells()
    selection = data.of("train", "valid")
    judge = make_judge(data, "reconstruction", replace(Settings(), basis=None))
    judge = replace(judge, problems={"split": judge.problems["split"]})
    training_cells = open_cells("greedy_split", selection, "reconstruction")
    reference = choose(training_cells, Run("greedy_split", SIZES)).path
    results, seconds = {}, {}
    for rank in BASES:
        settings, start = replace(Settings(), basis=rank), time.perf_counter()
        problem = make_problem(selection, "reconstruction", basis=rank)
        base = base_network(problem, "bernoulli", settings, seed=0)
        base = fit(base, problem, settings.training, seed=0).network
        path = eliminate(problem, [base], score, settings, Run("bernoulli-rfe", SIZES))
        seconds[rank] = time.perf_counter() - start
        refit_start = time.perf_counter()
        in_basis = replace(judge, problems={"split": make_problem(
            data, "reconstruction", basis=rank, resident=False)})  # fmt: skip
        refits = evaluate(in_basis, reference.panels, seed=0)[0]
        results[rank] = {
            "fvu_split_of_panels": _fvu(evaluate(judge, path.panels, seed=0)[0]),
            "fvu_split_of_refits_on_fixed_panels": _fvu(refits),
            "refit_s": time.perf_counter() - refit_start,
            "cells": name,
            "kept": _kept(problem.task),
            "threads": torch.get_num_threads(),
        }
    return {
        f"basis_{rank or 'full'}": {
            "ratio": seconds[None] / seconds[rank],
            "low": seconds[None] / seconds[rank],
            "high": seconds[None] / seconds[rank],
            "ours_s": seconds[rank],
            "other_s": seconds[None],
            "same": 0.0,
            "setting": results[rank],
        }
        for rank in BASES
    }


def _fvu(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {
        str(row["size"]): row["value"]
        for row in rows
        if row["metric"] == "fvu_split" and row["target"] == "all"
    }


def _kept(task: Any) -> int:
    return task.n_outputs if isinstance(task, Reconstruction) else 0
