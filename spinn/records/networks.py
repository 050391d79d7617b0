"""Reading and writing networks, as safetensors."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file

from spinn.networks.gates import make_gate
from spinn.networks.network import Network
from spinn.runtime.costs import Cost
from spinn.settings import GateSettings

FORMAT = 1


def save_network(
    network: Network, path: Path, *, genes: Sequence[str], cost: Cost | None = None
) -> None:
    """Write weights, settings, names of inputs, and the training's cost as safetensors.

    Only the cost may differ between equal networks.
    """
    description = {
        "format": FORMAT,
        "gate": network.gate.name,
        "gate_settings": asdict(network.gate.settings),
        "hidden": network.hidden,
        "n_outputs": network.n_outputs,
        "activation": network.activation,
        "input_dropout": network.input_dropout,
        "genes": list(genes),
        **({} if cost is None else {"cost": asdict(cost)}),
    }
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    # A single entry: safetensors writes several in random order, so equal networks would differ.
    metadata = {"spinn": json.dumps(description, sort_keys=True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata=metadata)


def load_network(path: Path) -> tuple[Network, tuple[str, ...]]:
    """Return the network in a file, ready to predict, and the names of its input genes."""
    about = _description(path)
    with safe_open(path, framework="pt") as file:
        state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dict
    genes = tuple(about["genes"])
    gate = make_gate(about["gate"], len(genes), GateSettings(**about["gate_settings"]))
    settings = (about[key] for key in ("hidden", "n_outputs", "activation", "input_dropout"))
    network = Network(gate, len(genes), *settings)
    network.load_state_dict(state)
    return network.eval(), genes


def training_cost(path: Path) -> Cost:
    """Return the cost of training the network in a file; 0 seconds where the file has none."""
    return Cost(**_description(path).get("cost", {"seconds": 0.0}))


def _description(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
    about: dict[str, Any] = json.loads(metadata.get("spinn", "{}"))
    if about.get("format") != FORMAT:
        raise ValueError(
            f"{path}: network format must be {FORMAT}, got {about.get('format')!r}; "
            "train it again with this version of spinn"
        )
    return about
