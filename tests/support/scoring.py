"""Problems of every kind, networks for them, and a score held against its referee."""

import torch

from spinn.networks.gates import OpenGate
from spinn.networks.network import Network
from spinn.networks.problem import make_problem
from tests.support.cells import copy_of, doubled, make_data, same_state

DATA = make_data(30, 8)
KEPT = torch.tensor([6, 1, 4, 3, 0])  # not in the order of the outputs, and not all of them
DEPTHS = [(), (6,), (6, 5), (6, 5, 4), (6, 5, 4, 3)]
KINDS = {
    "basis": ("reconstruction", {"noise": "split", "basis": 3}),
    "full": ("reconstruction", {"noise": "split", "basis": None}),
    "hidden": ("reconstruction", {"noise": "hidden"}),
    "classification": ("classification", {}),
    "regression": ("regression", {}),
    "hurdle": ("hurdle", {}),
}


def single(kind):
    """The problem in float32, as networks are trained."""
    task, options = KINDS[kind]
    return make_problem(DATA, task, n_splits=1, **options).keep(KEPT)


def problem_of(kind):
    return doubled(single(kind))


def network_for(problem, hidden=(6, 5), activation="elu"):
    n_inputs = len(problem.genes)
    made = Network(OpenGate(n_inputs), n_inputs, hidden, problem.task.n_outputs, activation)
    for parameter in made.parameters():
        parameter.data = torch.randn(parameter.shape) / 2
    return made.double().eval()


def leaves_itself_out(problem):
    """Whether a gene's own output does not count for it."""
    return getattr(problem.task, "counts_hidden_only", False)


def views_of(problem):
    cells = torch.arange(problem.train.n_cells)
    return [problem.train.batch(view, cells) for view in range(len(problem.train.inputs))]


def check(score, referee, network, problem, *, views=None, tolerance=1e-8):
    """Hold a score against a referee's (network, problem, views); neither changes the network."""
    before = copy_of(network)
    scores = score(network, problem)
    expected = referee(network, problem, views or views_of(problem)).double()
    assert scores.dtype == torch.float64
    assert not scores.requires_grad
    scale = expected.abs().max().item()
    torch.testing.assert_close(scores, expected, rtol=0, atol=tolerance * scale)
    assert same_state(copy_of(network), before)
    assert all(parameter.grad is None for parameter in network.parameters())
