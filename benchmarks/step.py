"""A training step against the textbook's, and against its matrix products alone."""

from itertools import islice
from typing import Any

import torch
from torch import Tensor

from benchmarks import plain
from benchmarks.timing import compare
from spinn.networks.batches import Encoder, Examples
from spinn.networks.gates import GateSettings, make_gate
from spinn.networks.network import Network
from spinn.networks.problem import Problem
from spinn.networks.rows import Rows
from spinn.networks.tasks import Reconstruction
from spinn.networks.training import batches, make_optimizer, take_step
from spinn.settings import TrainingSettings

CELLS, GENES, BATCH, HIDDEN, BASIS, STEPS = 2100, 2000, 256, (128, 128), 128, 20
PENALTY = 0.1


def problem_of(x: Tensor, y: Tensor, basis: Tensor | None) -> Problem:
    """Return the problem of predicting ``y`` from ``x``, in a basis or gene by gene."""
    d = x.shape[1]
    task = Reconstruction(basis, torch.zeros(d), float(y.var(0).sum()), counts_hidden_only=False)
    rows = Rows(torch.zeros(d), torch.ones(d), dense=x)
    examples = Examples((rows,), (y if basis is None else y @ basis,), len(x))
    moments = torch.zeros(d).numpy(), torch.ones(d).numpy()
    encoder = Encoder("reconstruction", "none", *moments, task, torch.device("cpu"))
    return Problem(encoder, examples, examples, tuple(map(str, range(d))), torch.arange(d))


def products(network: Network, x: Tensor) -> Any:
    """Return a function of a step's matrix products alone, forwards and backwards."""
    weights = [layer.weight.detach() for layer in network.linears]
    values = [x]
    for weight in weights:
        values.append(values[-1] @ weight.T)

    def call() -> None:
        for value, weight in zip(values[:-1], weights, strict=True):
            torch.mm(value, weight.T)
        for value, above, weight in zip(values[:-1], values[1:], weights, strict=True):
            torch.mm(above.T, value)  # gradient of the weights
            torch.mm(above, weight)  # gradient of the values, down to the gate's

    return lambda: [call() for _ in range(STEPS)]


def measure() -> dict[str, dict[str, Any]]:
    """Return the results of both gates, by name."""
    torch.manual_seed(0)
    x, results = torch.randn(CELLS, GENES), {}
    basis = torch.linalg.qr(torch.randn(GENES, BASIS)).Q
    y = x + torch.randn_like(x)
    problem = problem_of(x, y, basis)
    settings = TrainingSettings(batch_size=BATCH, max_steps=10**9)
    for name in ("bernoulli", "gaussian"):
        gate = make_gate(name, GENES, GateSettings())
        network = Network(gate, GENES, HIDDEN, BASIS).train()
        optimizer, stream = make_optimizer(network, settings), batches(problem.train, settings)
        textbook_gate = plain.PlainGate(GENES) if name == "bernoulli" else None
        textbook = plain.plain_network(
            textbook_gate or plain.PlainGaussianGate(GENES), [GENES, *HIDDEN, GENES]
        )
        adam = torch.optim.Adam(textbook.parameters())
        loader = plain.plain_loader(x, y, BATCH)

        def ours(network=network, optimizer=optimizer, stream=stream) -> None:
            for batch in islice(stream, STEPS):
                take_step(network, optimizer, problem, batch, PENALTY)

        def theirs(textbook=textbook, adam=adam, loader=loader) -> None:
            for batch in islice(loader, STEPS):
                plain.plain_step(textbook, adam, batch, PENALTY)

        setting = {"cells": CELLS, "genes": GENES, "batch": BATCH, "hidden": list(HIDDEN),
                   "basis": BASIS, "steps": STEPS, "threads": torch.get_num_threads()}  # fmt: skip
        results[f"step_{name}_vs_textbook"] = compare(ours, theirs, same=0.0, setting=setting)
        results[f"step_{name}_vs_products"] = compare(
            ours, products(network, x[:BATCH]), same=0.0, setting=setting
        )
    return results
