"""Settings: plain frozen values, and how they are read from the sections of the config."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

REFERENCE = {"mean": 0.0}  # a standardised gene at its training mean


@dataclass(frozen=True)
class GateSettings:
    """How a gate behaves; every field survives `Gate.keep`."""

    temperature: float = 0.1  # of concrete (relaxed) draws, above 0; near 0 they are binary
    final_temperature: float | None = None  # where it falls to in training, geometrically
    penalty_form: str = "linear"  # mean keep probability; log: minus the mean log dropout rate
    reference: float = 0.0  # replaces a dropped input; 0 is a standardised gene's training mean
    initial_dropout: float = 0.5  # share of each gene's information hidden at the start, in (0, 1)

    def __post_init__(self) -> None:
        if self.temperature <= 0:
            raise ValueError(f"temperature must be above 0, got {self.temperature}")
        if self.final_temperature is not None and self.final_temperature <= 0:
            raise ValueError(f"final_temperature must be above 0, got {self.final_temperature}")
        if self.penalty_form not in ("linear", "log"):
            raise ValueError(f"penalty_form must be linear or log, got {self.penalty_form!r}")
        if not 0 < self.initial_dropout < 1:
            raise ValueError(f"initial_dropout must lie in (0, 1), got {self.initial_dropout}")


@dataclass(frozen=True)
class NetworkSettings:
    """Shape of the networks: hidden widths, activation, share of inputs dropped in training."""

    hidden: tuple[int, ...] = (128, 128)
    activation: str = "elu"
    input_dropout: float = 0.0


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained."""

    lr: float = 1e-3  # Adam's, of the network's weights
    gate_lr: float = 2e-2  # of the gate's parameters: enough to move in hundreds of steps
    batch_size: int = 64  # cells per step
    max_steps: int = 600
    check_every: int = 50  # steps between checks of the objective
    patience: int = 5  # checks without a better objective before training stops
    penalty: float = 0.1  # weight of the gate's penalty, a mean over genes, against the loss
    min_dropout: float = 0.4  # below this mean hidden share the penalty is doubled; 0: never
    max_doublings: int = 6
    weight_decay: float = 0.0  # of the network's weights; not the gate's penalty


@dataclass(frozen=True)
class EliminationSettings:
    """How genes are eliminated: each stage keeps ``ratio`` of them and trains ``max_steps``."""

    ratio: float = 0.5
    max_steps: int = 300


@dataclass(frozen=True)
class RefitSettings:
    """How panels are refitted.

    ``start`` is `fresh`, new weights, the same for every panel; or `warm`, from the refit of the
    next larger panel where that holds all the panel's genes, which flatters nested panels.
    """

    start: str = "fresh"
    max_steps: int = 1200
    batch_size: int = 128  # more than in selection, where noisier steps lose nothing
    patience: int = 8


@dataclass(frozen=True)
class PeerSettings:
    """How selectors of other packages run."""

    folder: str = ".venv-peers"  # where `make peers` has put their environments
    time_limit_s: float = 600  # that one run may take
    memory_gb: float = 8  # GiB that each of its processes may hold


@dataclass(frozen=True)
class Settings:
    """All that decides how networks are built, trained, pruned, refitted and judged."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    elimination: EliminationSettings = field(default_factory=EliminationSettings)
    refit: RefitSettings = field(default_factory=RefitSettings)
    peers: PeerSettings = field(default_factory=PeerSettings)
    noise: str = "split"  # how reconstruction is kept from paying for noise; hidden, none
    basis: int | None = 128  # directions in which reconstruction is predicted; None: every gene
    n_splits: int = 5  # pairs of halves that networks are trained on, with noise `split`
    test_splits: int = 5  # pairs of halves of the test cells that results are averaged over
    clusters: bool = False  # whether clusters and larger neighbourhoods judge panels too
    goal: str | None = None  # of `recommended`: genes, types or both; None: both where types are


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Return the settings of a checked config; absent sections and keys keep their defaults."""
    network, training = dict(config.get("network", {})), dict(config.get("training", {}))
    if "hidden" in network:
        network["hidden"] = tuple(network["hidden"])
    gate = {f.name: training.pop(f.name) for f in fields(GateSettings) if f.name in training}
    if "reference" in gate:
        gate["reference"] = REFERENCE[gate["reference"]]
    evaluation = config.get("evaluation", {})
    plain = {key: training.pop(key) for key in ("basis", "n_splits") if key in training}
    plain |= {key: evaluation[key] for key in ("test_splits", "clusters") if key in evaluation}
    if plain.get("basis") == "full":
        plain["basis"] = None
    return Settings(
        NetworkSettings(**network),
        GateSettings(**gate),
        TrainingSettings(**training),
        EliminationSettings(**config.get("rfe", {})),
        RefitSettings(**config.get("refit", {})),
        PeerSettings(**config.get("peers", {})),
        noise=config.get("noise", Settings.noise),
        goal=config.get("goal"),
        **plain,
    )
