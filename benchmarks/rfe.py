"""Elimination down to 8 genes: all of it, against the textbook's, judged by one judge."""

import time
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks import plain
from benchmarks.cells import cells
from spinn.data import ExpressionData
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.networks.problem import make_problem
from spinn.networks.training import base_network, fit
from spinn.panel import Panel
from spinn.records.scores import RunScores
from spinn.selectors.elimination import eliminate, schedule
from spinn.selectors.registry import load_ranker
from spinn.selectors.run import Run
from spinn.settings import Settings
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.summary import summarize

SIZES, SEEDS, PLAIN_RATIO = [8, 16, 32, 64], (0, 1), 0.8
RANKERS = {"bernoulli": "bernoulli", "gaussian": "gaussian", "imputation": "open",
           "first_layer": "open", "jacobian": "open"}  # fmt: skip


class Rule(NamedTuple):
    """When a plain training ends."""

    batch_size: int
    base_steps: int
    stage_steps: int
    look_every: int
    patience: int
    seeds: tuple[int, ...]


_OURS = Settings()
RULES = {
    # As many steps of as many cells as ours.
    "same_steps": Rule(
        _OURS.training.batch_size, _OURS.training.max_steps, _OURS.elimination.max_steps,
        _OURS.training.check_every, _OURS.training.patience, SEEDS,
    ),
    # As research code trains: until five checks, 250 steps apart, bring nothing, or the limit.
    "research": Rule(128, 3000, 1500, 250, 5, SEEDS[:1]),
}  # fmt: skip


def ours(data: ExpressionData, ranker: str, seed: int) -> tuple[list[Panel], float]:
    """Return the panels of the default settings, and the seconds from cells to panels."""
    start, settings = time.perf_counter(), Settings()
    problem = make_problem(data, "reconstruction")
    base = base_network(problem, RANKERS[ranker], settings, seed=seed)
    base = fit(base, problem, settings.training, seed=seed).network
    score, run = load_ranker(ranker).score, Run(f"{ranker}-rfe", SIZES, seed)
    path = eliminate(problem, [base], score, settings, run)
    return list(path.panels), time.perf_counter() - start


def textbook(data: ExpressionData, seed: int, rule: Rule) -> tuple[list[Panel], float]:
    """Return the panels of a plain Bernoulli elimination, and its seconds.

    Whole cells, every gene an output, a DataLoader, plain Adam.
    """
    start, settings = time.perf_counter(), Settings()
    torch.manual_seed(seed)
    train, valid = (_tensors(data, part) for part in ("train", "valid"))
    kept = torch.arange(data.n_genes)
    widths = list(settings.network.hidden)
    network = plain.plain_network(plain.PlainGate(len(kept)), [len(kept), *widths, data.n_genes])
    _train(network, train, valid, rule.base_steps, rule)
    panels = []
    for count in schedule(len(kept), SIZES, PLAIN_RATIO):
        order = network[0].logit_keep.detach().argsort(descending=True)[:count].sort().values
        kept, network = kept[order], _narrow(network, order)
        _train(
            network, (train[0][:, kept], train[1]), (valid[0][:, kept], valid[1]),
            rule.stage_steps, rule,
        )  # fmt: skip
        if count in SIZES:
            panels.append(Panel(tuple(data.genes[i] for i in kept.tolist())))
    return panels, time.perf_counter() - start


def _tensors(data: ExpressionData, part: str) -> tuple[Tensor, Tensor]:
    y = torch.as_tensor(data.of(part).values.toarray() - data.mean)
    return y / torch.as_tensor(data.std), y


def _train(
    network: nn.Sequential,
    train: tuple[Tensor, Tensor],
    valid: tuple[Tensor, Tensor],
    steps: int,
    rule: Rule,
) -> None:
    training = Settings().training
    gate = {"params": network[0].parameters(), "lr": training.gate_lr}
    adam = torch.optim.Adam([gate, {"params": network[1:].parameters()}], lr=training.lr)
    best, worse = float("inf"), 0
    stream = plain.plain_loader(*train, rule.batch_size)
    for step, batch in enumerate(islice(stream, steps), start=1):
        plain.plain_step(network, adam, batch, training.penalty)
        if step % rule.look_every == 0:
            with torch.no_grad():
                network.eval()
                loss = (network(valid[0]) - valid[1]).square().mean()
                objective = float(loss + training.penalty * network[0].penalty())
                network.train()
            best, worse = (objective, 0) if objective < best else (best, worse + 1)
            if worse == rule.patience:
                break


def _narrow(network: nn.Sequential, order: Tensor) -> nn.Sequential:
    widths = [layer.out_features for layer in network if isinstance(layer, nn.Linear)]
    smaller = plain.plain_network(plain.PlainGate(len(order)), [len(order), *widths])
    state = network.state_dict()
    state["0.logit_keep"] = state["0.logit_keep"][order].clone()
    state["1.weight"] = state["1.weight"][:, order].clone()
    smaller.load_state_dict(state)
    return smaller


def measure() -> dict[str, dict[str, Any]]:
    """Return time and quality of every ranker's elimination against the textbook's."""
    name, data = cells()
    selection = data.of("train", "valid")
    judge = make_judge(data, "reconstruction", Settings())
    judge = replace(judge, problems={"split": judge.problems["split"]})
    runs: list[RunScores] = []
    seconds: dict[str, dict[int, float]] = {}

    def note(way: str, seed: int, timed: tuple[list[Panel], float]) -> None:
        seconds.setdefault(way, {})[seed] = timed[1]
        scores = evaluate(judge, timed[0], seed=seed)[1]
        runs.append(RunScores(name, 0, "reconstruction", way, seed, scores))

    for seed in SEEDS:  # alternating: the textbook, then every ranker
        for key, rule in RULES.items():
            if seed in rule.seeds:
                note(key, seed, textbook(selection, seed, rule))
        for ranker in RANKERS:
            note(ranker, seed, ours(selection, ranker, seed))
    return {
        f"rfe_{way}_vs_{key}": _result(runs, seconds, way, key, name)
        for key in RULES
        for way in RANKERS
    }


def _result(
    runs: list[RunScores], seconds: dict[str, dict[int, float]], way: str, other: str, name: str
) -> dict[str, Any]:
    seeds = RULES[other].seeds
    pair = [run for run in runs if run.selector in (way, other) and run.seed in seeds]
    table = summarize(bootstrap(pair, n_bootstrap=1000, seed=0))
    table = table[table["metric"] == "fvu_split"].set_index(["size", "selector"])
    quality = {}
    for size in SIZES:
        mine, plains = table.loc[(size, way)], table.loc[(size, other)]
        difference = [mine["diff_to_best"], mine["diff_low"], mine["diff_high"]]
        if mine["diff_to_best"] == 0:
            difference = [-plains["diff_to_best"], -plains["diff_high"], -plains["diff_low"]]
        quality[str(size)] = {
            "fvu_split": float(mine["mean"]),
            "textbook": float(plains["mean"]),
            "difference": [float(value) for value in difference],
        }
    ratios = np.array([seconds[other][seed] / seconds[way][seed] for seed in seeds])
    return {
        "ratio": float(np.median(ratios)),
        "low": float(ratios.min()),
        "high": float(ratios.max()),
        "ours_s": float(np.median([seconds[way][seed] for seed in seeds])),
        "other_s": float(np.median([seconds[other][seed] for seed in seeds])),
        "same": 0.0,
        "setting": {
            "cells": name,
            "seeds": list(seeds),
            "sizes": SIZES,
            "textbook": f"Bernoulli gate, ratio {PLAIN_RATIO}, full width, DataLoader",
            "textbook_stops": RULES[other]._asdict(),
            "threads": torch.get_num_threads(),
            "quality": quality,
        },
    }
