"""The benchmarks' results keep their form; no test uses a time."""

import json

import pytest
import torch

from benchmarks import plain
from benchmarks.scores import SCORES, case, plain_scores
from benchmarks.step import problem_of, products
from benchmarks.timing import compare
from spinn.networks.gates import GateSettings, make_gate
from spinn.networks.network import Network
from tests.support.workflow import ROOT

KEYS = {"ratio", "low", "high", "ours_s", "other_s", "same", "setting"}


def check(result):
    assert set(result) == KEYS
    assert result["low"] <= result["ratio"] <= result["high"]
    assert all(result[key] >= 0 for key in KEYS - {"setting"})
    json.dumps(result)


def test_a_comparison_has_the_form():
    calls = []
    result = compare(
        lambda: calls.append("ours"), lambda: calls.append("other"), same=0.0, setting={}, pairs=5
    )
    check(result)
    assert calls == ["ours", "other"] * 6


def test_results_that_are_there_have_the_form():
    path = ROOT / "results" / "bench.json"
    if not path.exists():
        pytest.skip("needs results/bench.json: make bench")
    for result in json.loads(path.read_text()).values():
        check(result)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # inside torch.func.jvp
@pytest.mark.parametrize("name", SCORES)
def test_the_plain_way_gives_the_same_scores(name):
    network, problem, x, y = case(12, cells=20, hidden=(6, 5))
    fast = SCORES[name](network, problem)
    slow = plain_scores(name, network.double(), problem, (x.double(), y.double()), range(12))
    torch.testing.assert_close(fast, slow, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("gate", [plain.PlainGate(5), plain.PlainGaussianGate(5)])
def test_a_plain_step_moves_every_weight(gate):
    network = plain.plain_network(gate, [5, 4, 3])
    before = [p.detach().clone() for p in network.parameters()]
    batch = next(plain.plain_loader(torch.randn(20, 5), torch.randn(20, 3), 10))
    plain.plain_step(network, torch.optim.Adam(network.parameters()), batch, 0.1)
    for old, new in zip(before, network.parameters(), strict=True):
        assert not torch.equal(old, new)


def test_products_of_a_step_run():
    x = torch.randn(8, 5)
    problem = problem_of(x, x, None)
    network = Network(make_gate("open", 5, GateSettings()), 5, (4, 3), problem.task.n_outputs)
    products(network, x)()
