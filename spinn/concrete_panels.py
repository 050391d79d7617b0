"""A panel per size: each from a network of its own behind a concrete layer of that many genes."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from spinn.concrete import ConcreteChoice
from spinn.constraints import Constraints
from spinn.gates import OpenGate
from spinn.network import Network
from spinn.panel import PanelPath, separate_path
from spinn.problem import Problem
from spinn.scores import jacobian
from spinn.settings import GateSettings, Settings, TrainingSettings
from spinn.training import base_network, fit

log = logging.getLogger(__name__)
HOT, COLD = 10.0, 0.01  # temperature at the start and at the end, both of PERSIST and of the CAE
# How often a gate's parameters could cross the way they may have to go, at Adam's pace of one
# learning rate per step, within the steps there are. Below 4 the rows do not settle.
CROSSINGS = 10
SPREAD = 0.01  # of the first logits: enough that rows differ
Layer = Callable[[Tensor, Tensor, GateSettings], ConcreteChoice]


def concrete_panels(
    problem: Problem,
    layer: Layer,
    settings: Settings,
    *,
    sizes: Sequence[int],
    seed: int,
    constraints: Constraints,
) -> PanelPath:
    """Return one panel per size, chosen by a concrete layer and a network trained behind it.

    Every size trains for all of ``settings.training.max_steps``, while the temperature falls from
    10 to 0.01; the network of the look with the least validation loss is kept, where only the
    chosen genes are seen. Within a panel required genes come first, then those that move the
    network's outputs most (`jacobian`).

    Parameters
    ----------
    problem
        All genes as inputs, or the candidates; training and validation cells.
    layer
        `KHotMask` or `ConcreteSelector`.
    settings
        Its network and training sections are used.
    sizes
        Panel sizes, each at most the number of genes that may be chosen.
    seed
        Of first weights, batches and draws.
    constraints
        Required genes are always seen; excluded ones never.

    Raises
    ------
    ValueError
        If a size cannot be met.
    """
    constraints.check_sizes(sizes, problem.genes)
    problem = candidates_of(problem, constraints)
    required = is_required(problem, constraints)
    ranked = []
    for size in sorted(set(sizes), reverse=True):
        n_rows = size - int(required.sum())
        log.info("a network behind %d genes, %d of them to choose", size, n_rows)
        if n_rows:
            start = _start(problem, layer, n_rows, required, settings, seed)
            network = fit(start, problem, _training(start, settings.training), seed=seed).network
            index, network = settled(network)
        else:
            index = torch.nonzero(required).ravel()
            panel = problem.keep(index)
            start = base_network(panel, "open", settings, seed=seed)
            network = fit(start, panel, settings.training, seed=seed).network
        ranked.append(_ranked(problem.keep(index), network, required[index]))
    return separate_path(ranked, among=len(problem.genes))


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


def settled(network: Network) -> tuple[Tensor, Network]:
    """Return the sorted positions of the genes let through, and the network of these genes."""
    gate = network.gate
    if not isinstance(gate, ConcreteChoice):
        raise TypeError(f"only a concrete layer settles on genes, came {type(gate).__name__}")
    index, order = gate.chosen().sort()
    smaller = Network(
        OpenGate(len(index)), len(index), network.hidden, network.n_outputs, network.activation
    )
    state = {k: v.clone() for k, v in network.state_dict().items() if not k.startswith("gate.")}
    state["layers.0.weight"] = gate.read(state["layers.0.weight"])[:, order]
    smaller.load_state_dict(state)
    return index, smaller.to(network.device).eval()


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


def _training(start: Network, training: TrainingSettings) -> TrainingSettings:
    """Return the settings with which rows settle: no penalty, no early stop, a rate in reach.

    With a logit log(n) above n others a row draws its gene every other time; 5 more make it sure.
    """
    steps = training.max_steps
    rate = crossing_lr(math.log(start.n_inputs) + 5, steps)
    return replace(training, gate_lr=rate, penalty=0.0, min_dropout=0.0, patience=steps)


def _ranked(
    panel: Problem, network: Network, required: Tensor
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    scores = jacobian(network, panel).tolist()
    order = sorted(
        range(len(panel.genes)),
        key=lambda i: (not bool(required[i]), -scores[i], panel.genes[i]),
    )
    return tuple(panel.genes[i] for i in order), tuple(scores[i] for i in order)
