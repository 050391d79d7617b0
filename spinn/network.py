"""A sparse-input network: a gate in front of a multilayer perceptron."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from spinn.gates import Gate, gate_name, gate_settings, make_gate
from spinn.records.costs import Cost
from spinn.settings import GateSettings

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "elu": nn.functional.elu,
    "relu": nn.functional.relu,
    "selu": nn.functional.selu,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "tanh": torch.tanh,
    "softplus": nn.functional.softplus,
}
FORMAT = 1


class Network(nn.Module):
    """Gate, optional input dropout, hidden layers with one activation, linear output.

    Parameters
    ----------
    gate
        Noise on the inputs, for ``n_inputs`` genes.
    n_inputs
        Number of input genes, at least 1; what the gate hands on is what the first layer reads.
    hidden
        Widths of the hidden layers; empty for a linear network.
    n_outputs
        Number of outputs.
    activation
        A name in `ACTIVATIONS`.
    input_dropout
        Share of the inputs that are set to 0 (their training mean) while training, in [0, 1).
        Values are not rescaled, so that an input hidden here looks like a gene not measured.
    """

    def __init__(
        self,
        gate: Gate,
        n_inputs: int,
        hidden: Sequence[int],
        n_outputs: int,
        activation: str = "elu",
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise KeyError(
                f"{activation!r} is not an activation; they are {', '.join(ACTIVATIONS)}"
            )
        if not 0 <= input_dropout < 1:
            raise ValueError(f"input_dropout must lie in [0, 1), came {input_dropout}")
        self.gate = gate
        self.n_inputs = n_inputs
        self.activation = activation
        self.input_dropout = input_dropout
        widths = [gate.n_channels or n_inputs, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))

    @property
    def linears(self) -> list[nn.Linear]:
        """The linear layers, from the inputs to the outputs."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    @property
    def device(self) -> torch.device:
        """Where the weights live."""
        return self.linears[0].weight.device

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.linears[-1].out_features

    @property
    def hidden(self) -> list[int]:
        """Widths of the hidden layers."""
        return [layer.out_features for layer in self.linears[:-1]]

    def forward(self, x: Tensor) -> Tensor:
        """Return outputs of shape (cells, outputs) for standardised inputs (cells, genes)."""
        if self.training and self.input_dropout:
            x = x * (torch.rand_like(x) >= self.input_dropout)
        return self.body(self.gate(x))

    def forward_hidden(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs and how hidden each input was, both drawn with the same noise.

        The second tensor has the shape of ``x``: 1 where a gene was replaced by its mean, 0 where
        it was seen.
        """
        hidden = torch.zeros_like(x)
        if self.training and self.input_dropout:
            hidden = (torch.rand_like(x) < self.input_dropout).to(x.dtype)
            x = x * (1 - hidden)
        x, by_gate = self.gate.sample_hidden(x)
        if by_gate is not None:
            hidden = 1 - (1 - hidden) * (1 - by_gate)
        return self.body(x), hidden

    def hidden_probability(self) -> Tensor:
        """Return the probability that each input is replaced by its mean, shape (genes,)."""
        by_gate = self.gate.hidden_share() if gate_name(self.gate) == "bernoulli" else 0.0
        ones = torch.ones(self.n_inputs, device=self.device)
        return ones - ones * (1 - self.input_dropout) * (1 - by_gate)

    def body(self, x: Tensor) -> Tensor:
        """Return the outputs for inputs that already passed the gate."""
        act = ACTIVATIONS[self.activation]
        *inner, last = self.linears
        for layer in inner:
            x = act(layer(x))
        return last(x)

    def keep(self, index: Tensor) -> "Network":
        """Return the network of the input genes at ``index``, with the weights it has learnt.

        ``keep(a).keep(b)`` equals ``keep(a[b])``; keeping all is the identity. The removed genes
        act as if they stood at their training mean.
        """
        smaller = Network(
            self.gate.keep(index),
            len(index),
            self.hidden,
            self.n_outputs,
            self.activation,
            self.input_dropout,
        )
        state = {k: v.clone() for k, v in self.state_dict().items() if not k.startswith("gate.")}
        if self.gate.n_channels is None:
            state["layers.0.weight"] = state["layers.0.weight"][:, index].clone()
        smaller.load_state_dict(state, strict=False)
        return smaller.to(self.device).train(self.training)

    def with_gate(self, gate: Gate) -> "Network":
        """Return a copy of this network behind another gate (for refits: no gate)."""
        copy = Network(
            gate, self.n_inputs, self.hidden, self.n_outputs, self.activation, self.input_dropout
        )
        state = {k: v.clone() for k, v in self.state_dict().items() if not k.startswith("gate.")}
        copy.load_state_dict(state, strict=False)
        return copy.to(self.device).train(self.training)


def save_network(
    network: Network, path: Path, *, genes: Sequence[str], cost: Cost | None = None
) -> None:
    """Write weights and settings as safetensors.

    ``genes`` are the names of the inputs. ``cost``, that of the training, is the only thing that
    may differ between equal networks.
    """
    description = {
        "format": FORMAT,
        "gate": gate_name(network.gate),
        "gate_settings": gate_settings(network.gate),
        "hidden": network.hidden,
        "n_outputs": network.n_outputs,
        "activation": network.activation,
        "input_dropout": network.input_dropout,
        "genes": list(genes),
        **({} if cost is None else {"cost": asdict(cost)}),
    }
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    # One entry alone: safetensors writes several in random order, and equal networks would differ.
    metadata = {"spinn": json.dumps(description, sort_keys=True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata=metadata)


def load_network(path: Path) -> tuple[Network, tuple[str, ...]]:
    """Return the network in a file, ready to predict, and the names of its input genes.

    Raises
    ------
    ValueError
        If the file's format is not the one that this version reads.
    """
    about = _description(path)
    with safe_open(path, framework="pt") as file:
        state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dict
    genes = tuple(about["genes"])
    gate = make_gate(about["gate"], len(genes), GateSettings(**about["gate_settings"]))
    network = Network(
        gate,
        len(genes),
        about["hidden"],
        about["n_outputs"],
        about["activation"],
        about["input_dropout"],
    )
    network.load_state_dict(state)
    return network.eval(), genes


def training_cost(path: Path) -> Cost:
    """Return what training the network in a file has cost; nothing where the file does not say.

    Raises
    ------
    ValueError
        If the file's format is not the one that this version reads.
    """
    return Cost(**_description(path).get("cost", {"seconds": 0.0}))


def _description(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
    about: dict[str, Any] = json.loads(metadata.get("spinn", "{}"))
    if about.get("format") != FORMAT:
        raise ValueError(
            f"{path}: network format must be {FORMAT}, came {about.get('format')!r}; "
            "train it again with this version of spinn"
        )
    return about
