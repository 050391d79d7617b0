"""A sparse-input network: a gate in front of a multilayer perceptron."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from spinn.networks.gates import Gate

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    name: getattr(nn.functional, name)
    for name in ("elu", "relu", "selu", "gelu", "silu", "tanh", "softplus")
}


class Network(nn.Module):
    """Gate, optional input dropout, hidden layers with one activation, linear output.

    The first layer reads what the gate hands on of ``n_inputs`` genes (at least 1); ``hidden``
    holds the widths of the hidden layers, empty for a linear network; ``activation`` is a name in
    `ACTIVATIONS`. While training, a share ``input_dropout`` of the inputs, in [0, 1), is set to 0
    (their training mean). Values are not rescaled: an input hidden here is read as a gene that was
    not measured.
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
            names = ", ".join(ACTIVATIONS)
            raise KeyError(f"{activation!r} is not an activation; they are {names}")
        if not 0 <= input_dropout < 1:
            raise ValueError(f"input_dropout must lie in [0, 1), got {input_dropout}")
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
        by_gate = self.gate.replaced_share().to(self.device)
        return 1 - (1 - self.input_dropout) * (1 - by_gate)

    def body(self, x: Tensor) -> Tensor:
        """Return the outputs for inputs that already passed the gate."""
        act = ACTIVATIONS[self.activation]
        *inner, last = self.linears
        for layer in inner:
            x = act(layer(x))
        return last(x)

    def keep(self, index: Tensor) -> "Network":
        """Return the network of the input genes at ``index``, with its learnt weights.

        ``keep(a).keep(b)`` equals ``keep(a[b])``; keeping all is the identity. The removed genes
        act as if at their training mean.
        """
        shape = self.hidden, self.n_outputs, self.activation, self.input_dropout
        smaller = Network(self.gate.keep(index), len(index), *shape)
        state = {k: v for k, v in self.state_dict().items() if not k.startswith("gate.")}
        if self.gate.n_channels is None:
            state["layers.0.weight"] = state["layers.0.weight"][:, index]
        smaller.load_state_dict(state, strict=False)
        return smaller.to(self.device).train(self.training)
