"""Networks in files: the same network comes back, with the cost of its training."""

import pytest
import torch
from safetensors.torch import save_file

from spinn.networks.gates import GATES
from spinn.records.networks import load_network, save_network, training_cost
from spinn.runtime.costs import Cost
from tests.networks.test_network import network, settings_of
from tests.support.cells import copy_of, same_state


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("hidden", [(), (5, 3)])
def test_files_bring_back_the_same_network(tmp_path, gate, hidden):
    net = network(gate, hidden, "gelu", 0.1)
    genes = ("g,1", "γ", *"abcd")
    path = tmp_path / "new" / "base.safetensors"
    save_network(net, path, genes=genes)
    loaded, names = load_network(path)
    assert names == genes
    assert type(loaded.gate) is type(net.gate)
    assert settings_of(loaded) == settings_of(net)
    assert same_state(copy_of(loaded), copy_of(net))
    first = path.read_bytes()
    save_network(loaded, path, genes=genes)
    assert path.read_bytes() == first


def test_files_hold_what_the_training_cost(tmp_path):
    path = tmp_path / "base.safetensors"
    save_network(network(), path, genes="abcdef", cost=Cost(2.5, 100.0))
    assert training_cost(path) == Cost(2.5, 100.0)
    save_network(network(), path, genes="abcdef")
    assert training_cost(path) == Cost(0.0)


@pytest.mark.parametrize(("metadata", "got"), [({"spinn": '{"format": 2}'}, "2"), (None, "None")])
def test_files_of_another_format_are_refused(tmp_path, metadata, got):
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors", metadata=metadata)
    with pytest.raises(ValueError, match=f"network format must be 1, got {got}; train it again"):
        load_network(tmp_path / "x.safetensors")
