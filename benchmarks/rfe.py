"""Elimination down to 8 genes: the whole of it, beside the textbook's, judged by one judge."""

import time
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks import plain
from benchmarks.cells import cells
from spinn.data import ExpressionData
from spinn.draws import Run, bootstrap
from spinn.evaluation import evaluate, make_judge
from spinn.intervals import summarize
from spinn.panel import Panel
from spinn.problem import make_problem
from spinn.selection import schedule, select
from spinn.settings import Settings
from spinn.training import base_network, fit

SIZES, SEEDS, PLAIN_RATIO = [8, 16, 32, 64], (0, 1), 0.8
RANKERS = {"bernoulli": "bernoulli", "gaussian": "gaussian", "imputation": "open",
           "first_layer": "open", "jacobian": "open"}  # fmt: skip


def ours(data: ExpressionData, ranker: str, seed: int) -> tuple[list[Panel], float]:
    """Return the panels of the default settings, and the seconds from cells to panels."""
    start, settings = time.perf_counter(), Settings()
    problem = make_problem(data, "reconstruction")
    base = base_network(problem, RANKERS[ranker], settings, seed=seed)
    base = fit(base, problem, settings.training, seed=seed).network
    path = select(problem, base, f"{ranker}-rfe", settings, sizes=SIZES, seed=seed)
    return list(path.panels), time.perf_counter() - start


def textbook(data: ExpressionData, seed: int) -> tuple[list[Panel], float]:
    """Return the panels of a plain Bernoulli elimination, and its seconds.

    As many steps per stage as ours, whole cells, every gene an output, a DataLoader, plain Adam.
    """
    start, settings = time.perf_counter(), Settings()
    torch.manual_seed(seed)
    train = data.of("train")
    y = torch.as_tensor(train.values.toarray() - data.mean)
    x = y / torch.as_tensor(data.std)
    kept = torch.arange(data.n_genes)
    widths = list(settings.network.hidden)
    network = plain.plain_network(plain.PlainGate(len(kept)), [len(kept), *widths, y.shape[1]])
    _train(network, x, y, settings, settings.training.max_steps)
    panels = []
    for count in schedule(len(kept), SIZES, PLAIN_RATIO):
        order = network[0].logit_keep.detach().argsort(descending=True)[:count].sort().values
        kept, network = kept[order], _narrow(network, order)
        _train(network, x[:, kept], y, settings, settings.elimination.max_steps)
        if count in SIZES:
            panels.append(Panel(tuple(data.genes[i] for i in kept.tolist())))
    return panels, time.perf_counter() - start


def _train(network: nn.Sequential, x: Tensor, y: Tensor, settings: Settings, steps: int) -> None:
    training = settings.training
    gate = {"params": network[0].parameters(), "lr": training.gate_lr}
    adam = torch.optim.Adam([gate, {"params": network[1:].parameters()}], lr=training.lr)
    for batch in islice(plain.plain_loader(x, y, training.batch_size), steps):
        plain.plain_step(network, adam, batch, training.penalty)


def _narrow(network: nn.Sequential, order: Tensor) -> nn.Sequential:
    widths = [layer.out_features for layer in network if isinstance(layer, nn.Linear)]
    smaller = plain.plain_network(plain.PlainGate(len(order)), [len(order), *widths])
    state = network.state_dict()
    state["0.logit_keep"] = state["0.logit_keep"][order].clone()
    state["1.weight"] = state["1.weight"][:, order].clone()
    smaller.load_state_dict(state)
    return smaller


def measure() -> dict[str, dict[str, Any]]:
    """Return time and quality of every ranker's elimination beside the textbook's."""
    name, data = cells()
    selection = data.of("train", "valid")
    judge = make_judge(data, "reconstruction", Settings())
    judge = replace(judge, problems={"split": judge.problems["split"]})
    runs, seconds = [], {}
    for seed in SEEDS:  # alternating: the textbook, then every ranker
        for way in ("textbook", *RANKERS):
            panels, took = (
                textbook(selection, seed) if way == "textbook" else ours(selection, way, seed)
            )
            seconds.setdefault(way, []).append(took)
            scores = evaluate(judge, panels, seed=seed)[1]
            runs.append(Run(name, 0, "reconstruction", way, seed, scores))
    return {f"rfe_{way}": _result(runs, seconds, way, name) for way in RANKERS}


def _result(
    runs: list[Run], seconds: dict[str, list[float]], way: str, name: str
) -> dict[str, Any]:
    pair = [run for run in runs if run.selector in (way, "textbook")]
    table = summarize(bootstrap(pair, n_bootstrap=1000, seed=0))
    table = table[table["metric"] == "fvu_split"].set_index(["size", "selector"])
    quality = {}
    for size in SIZES:
        one, other = table.loc[(size, way)], table.loc[(size, "textbook")]
        difference = [one["diff_to_best"], one["diff_low"], one["diff_high"]]
        if one["diff_to_best"] == 0:
            difference = [-other["diff_to_best"], -other["diff_high"], -other["diff_low"]]
        quality[str(size)] = {
            "fvu_split": float(one["mean"]),
            "textbook": float(other["mean"]),
            "difference": [float(value) for value in difference],
        }
    ratios = np.array(seconds["textbook"]) / np.array(seconds[way])
    return {
        "ratio": float(np.median(ratios)),
        "low": float(ratios.min()),
        "high": float(ratios.max()),
        "ours_s": float(np.median(seconds[way])),
        "other_s": float(np.median(seconds["textbook"])),
        "same": 0.0,
        "setting": {
            "cells": name,
            "seeds": list(SEEDS),
            "sizes": SIZES,
            "textbook": f"Bernoulli gate, ratio {PLAIN_RATIO}, full width, DataLoader",
            "threads": torch.get_num_threads(),
            "quality": quality,
        },
    }
