"""A panel per size: each from a network of its own behind a concrete layer of that many genes."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import torch
from torch import Tensor

from spinn.constraints.constraints import Constraints
from spinn.networks.gates import OpenGate
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.training import base_network, fit
from spinn.panel import Panel, PanelPath, Ranked
from spinn.selectors.elimination import schedule
from spinn.selectors.peers.concrete import ConcreteChoice
from spinn.selectors.rankers import jacobian
from spinn.selectors.run import Run
from spinn.settings import GateSettings, Settings, TrainingSettings

log = logging.getLogger(__name__)
HOT, COLD = 10.0, 0.01  # temperature at the start and at the end, both of PERSIST and of the CAE
# How often a gate's parameters could cross the way they may have to go, at Adam's pace of one
# learning rate per step, within the steps there are: see docs/decisions.md.
CROSSINGS = 10
SPREAD = 0.01  # of the first logits: enough that rows differ
Layer = Callable[[Tensor, Tensor, GateSettings], ConcreteChoice]


def concrete_panels(problem: Problem, layer: Layer, settings: Settings, run: Run) -> PanelPath:
    """Return one panel per size, chosen by a concrete layer and a network trained behind it.

    Every size trains for as many steps as `RANKER-rfe` may take on its way to it (`steps_to`),
    while the temperature falls from 10 to 0.01. The state with the least validation loss is kept,
    with only the chosen genes visible. Within a panel required genes come first, then those that
    move the network's outputs most (`jacobian`).

    Parameters
    ----------
    problem
        All genes as inputs, or the candidates; training and validation cells.
    layer
        `KHotMask` or `ConcreteSelector`.
    settings
        Its network and training sections are used, and that of elimination for its steps.
    run
        Its seed is that of first weights, batches and draws. Required genes are always visible;
        excluded ones never.

    Returns
    -------
    PanelPath
        Panels that need not be nested. The ranking begins with the largest; all other candidates
        follow, of score 0, in the order of the largest logit that a row gave them.

    Raises
    ------
    ValueError
        If a size cannot be met.
    """
    run.constraints.check_sizes(run.sizes, problem.genes)
    problem = candidates_of(problem, run.constraints)
    required = is_required(problem, run.constraints)
    choices = [
        _genes_and_scores(problem, layer, size, required, settings, run.seed)
        for size in sorted(set(run.sizes), reverse=True)
    ]
    panels = tuple(Panel(tuple(names[:size])) for size, names, _ in choices)
    _, names, scores = choices[0]
    among = len(problem.genes)
    ranking = (Ranked(*one, among) for one in zip(names, count(1), scores, strict=False))
    return PanelPath(panels, tuple(ranking))


def steps_to(size: int, n_genes: int, settings: Settings) -> int:
    """Return the steps that elimination takes to a panel at most: the base model's and all stages'.

    Without the further trainings of a base model whose penalty is doubled.
    """
    stages = schedule(n_genes, [size], settings.elimination.ratio)
    return settings.training.max_steps + len(stages) * settings.elimination.max_steps


def candidates_of(problem: Problem, constraints: Constraints) -> Problem:
    """Return the problem whose inputs are the genes that a panel may hold."""
    index = torch.as_tensor(constraints.candidate_positions(problem.genes))
    return problem.keep(index.to(problem.positions.device))


def is_required(problem: Problem, constraints: Constraints) -> Tensor:
    """Return which inputs every panel holds, shape (genes,), bool."""
    required = [gene in constraints.required for gene in problem.genes]
    return torch.tensor(required, device=problem.positions.device)


def crossing_lr(distance: float, n_steps: int) -> float:
    """Return the learning rate with which a gate's parameter can go ``distance`` ten times."""
    return CROSSINGS * distance / n_steps


def hardened(network: Network) -> tuple[Tensor, Network]:
    """Return the sorted positions of the genes let through, and the network of these genes."""
    gate = network.gate
    if not isinstance(gate, ConcreteChoice):
        raise TypeError(f"only a concrete layer hardens to genes, got {type(gate).__name__}")
    index, order = gate.chosen().sort()
    smaller = Network(
        OpenGate(len(index)), len(index), network.hidden, network.n_outputs, network.activation
    )
    state = {k: v.clone() for k, v in network.state_dict().items() if not k.startswith("gate.")}
    state["layers.0.weight"] = gate.read(state["layers.0.weight"])[:, order]
    smaller.load_state_dict(state)
    return index, smaller.to(network.device).eval()


def _genes_and_scores(
    problem: Problem, layer: Layer, size: int, required: Tensor, settings: Settings, seed: int
) -> tuple[int, list[str], list[float]]:
    """Return a size, all genes with those of its panel first, and their scores."""
    n_rows = size - int(required.sum())
    log.info("a network behind %d genes, %d of them to choose", size, n_rows)
    if not n_rows:
        panel = problem.keep(torch.nonzero(required).ravel())
        start = base_network(panel, "open", settings, seed=seed)
        network = fit(start, panel, settings.training, seed=seed).network
        return size, *_by_use(panel, network, required[required])
    start = _start(problem, layer, n_rows, required, settings, seed)
    training = _training(len(problem.genes), size, settings)
    network = fit(start, problem, training, seed=seed).network
    index, smaller = hardened(network)
    names, scores = _by_use(problem.keep(index), smaller, required[index])
    by_logit = torch.argsort(network.gate.scores(), descending=True, stable=True).tolist()
    others = [problem.genes[i] for i in by_logit if problem.genes[i] not in set(names)]
    return size, [*names, *others], [*scores, *([0.0] * len(others))]


def _start(
    problem: Problem, layer: Layer, n_rows: int, required: Tensor, settings: Settings, seed: int
) -> Network:
    n_genes = len(problem.genes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        logits = SPREAD * torch.randn(n_rows, n_genes)
        gate = layer(logits, required.cpu(), GateSettings(temperature=HOT, final_temperature=COLD))
        network = Network(
            gate,
            n_genes,
            settings.network.hidden,
            problem.task.n_outputs,
            settings.network.activation,
            settings.network.input_dropout,
        )
    return network.to(problem.positions.device)


def _training(n_genes: int, size: int, settings: Settings) -> TrainingSettings:
    """Return the settings with which rows converge: no penalty, no early stop, a rate in reach.

    With a logit log(n) above n others a row draws its gene every other time; 5 more make it sure.
    """
    steps = steps_to(size, n_genes, settings)
    rate = crossing_lr(math.log(n_genes) + 5, steps)
    return replace(
        settings.training,
        max_steps=steps,
        patience=steps,
        gate_lr=rate,
        penalty=0.0,
        min_dropout=0.0,
    )


def _by_use(panel: Problem, network: Network, required: Tensor) -> tuple[list[str], list[float]]:
    """Return a panel's genes and Jacobian scores: required first, then by score, ties by name."""
    scores = jacobian.score(network, panel).tolist()
    keys = [(not r, -s, g) for r, s, g in zip(required.tolist(), scores, panel.genes, strict=True)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [panel.genes[i] for i in order], [scores[i] for i in order]
