"""Adam: torch's class is the second implementation; no compiler is imported."""

import subprocess
import sys

import pytest
import torch

from spinn.networks.adam import Adam, Group


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_parameters_move_as_with_torchs_class(decay):
    torch.manual_seed(0)
    start = [torch.randn(4, 3), torch.randn(4), torch.randn(3)]
    ours, theirs = ([torch.nn.Parameter(t.clone()) for t in start] for _ in range(2))
    adam = Adam([Group(tuple(ours[:2]), 1e-2, decay), Group(tuple(ours[2:]), 5e-2)])
    reference = torch.optim.Adam(
        [{"params": theirs[:2], "weight_decay": decay}, {"params": theirs[2:], "lr": 5e-2}], lr=1e-2
    )
    for _ in range(5):
        for w, b, gate in (ours, theirs):
            ((w @ gate + b).square().sum() + gate.sin().sum()).backward()
        adam.step(), reference.step()
        reference.zero_grad()
    assert all(p.grad is None for p in ours)
    assert not torch.equal(ours[0], start[0])
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)


def test_a_group_without_parameters_is_left_out():
    assert Adam([Group((), 0.1)]).groups == []


def test_training_imports_no_compiler():
    code = (
        "import sys, torch; from spinn.networks.adam import Adam, Group\n"
        "p = torch.nn.Parameter(torch.ones(2)); a = Adam([Group((p,), 0.1)])\n"
        "p.sum().backward(); a.step(); sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
