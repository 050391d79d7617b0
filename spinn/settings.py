"""Settings: plain frozen values, and how they are read from the sections of the config."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

REFERENCE = {"mean": 0.0}  # a standardised gene at its training mean


@dataclass(frozen=True)
class GateSettings:
    """How a gate behaves; every field survives `Gate.keep`.

    Parameters
    ----------
    temperature
        Of concrete (relaxed) draws, above 0; near 0 they are binary.
    final_temperature
        Where given, the temperature falls to it geometrically while a network is trained.
    penalty_form
        `linear`: the mean of the genes' keep probabilities; `log`: minus the mean log dropout
        rate. Used by `BernoulliGate`.
    reference
        Value that replaces a dropped input; 0 is the training mean of a standardised gene.
    initial_dropout
        Share of each gene's information that is hidden at the start, in (0, 1).
    """

    temperature: float = 0.1
    final_temperature: float | None = None
    penalty_form: str = "linear"
    reference: float = 0.0
    initial_dropout: float = 0.5

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
    """How a network is trained.

    Parameters
    ----------
    lr
        Adam's learning rate of the network's weights.
    gate_lr
        Of the gate's parameters; ten to twenty times ``lr`` lets gates move in hundreds of steps.
    batch_size
        Cells per step.
    max_steps
        Gradient steps at most.
    check_every
        Steps between checks of the objective.
    patience
        Checks without a better objective before training stops.
    penalty
        Weight of the gate's penalty (a mean over genes) against the task's loss.
    min_dropout
        With a gate, the penalty is doubled and training goes on while the mean hidden share of
        the genes is below this; 0 to leave the penalty alone.
    max_doublings
        How often at most.
    weight_decay
        Of the network's weights; not the gate's penalty.
    """

    lr: float = 1e-3
    gate_lr: float = 2e-2
    batch_size: int = 64
    max_steps: int = 600
    check_every: int = 50
    patience: int = 5
    penalty: float = 0.1
    min_dropout: float = 0.4
    max_doublings: int = 6
    weight_decay: float = 0.0


@dataclass(frozen=True)
class EliminationSettings:
    """How genes are eliminated: each stage keeps ``ratio`` of them and trains ``max_steps``."""

    ratio: float = 0.5
    max_steps: int = 300


@dataclass(frozen=True)
class RefitSettings:
    """How panels are refitted.

    Parameters
    ----------
    start
        `fresh`: from new weights, the same for every panel; `warm`: from the refit of the next
        larger panel, where that holds all the panel's genes, which flatters nested panels.
    max_steps
        Gradient steps at most, per panel.
    batch_size
        Cells per step; more than in selection, where noisier steps lose nothing.
    patience
        Checks without a better objective before a refit stops.
    """

    start: str = "fresh"
    max_steps: int = 1200
    batch_size: int = 128
    patience: int = 8


@dataclass(frozen=True)
class PeerSettings:
    """How selectors of other packages run.

    Parameters
    ----------
    folder
        Where `make peers` has put their environments.
    time_limit_s
        Seconds that one run may take.
    memory_gb
        GiB that each of its processes may hold.
    """

    folder: str = ".venv-peers"
    time_limit_s: float = 600
    memory_gb: float = 8


@dataclass(frozen=True)
class Settings:
    """All that decides how networks are built, trained, pruned, refitted and judged.

    Parameters
    ----------
    network, gate, training, elimination, refit, peers
        See the classes.
    noise
        How reconstruction is kept from paying for noise: `split`, `hidden` or `none`.
    basis
        Directions in which reconstruction is predicted; None for every gene.
    n_splits
        Pairs of halves that networks are trained on, where ``noise`` is `split`.
    test_splits
        Pairs of halves of the test cells that results are averaged over.
    clusters
        Whether panels are also judged by clusters and by the overlap of larger neighbourhoods.
    """

    network: NetworkSettings = field(default_factory=NetworkSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    elimination: EliminationSettings = field(default_factory=EliminationSettings)
    refit: RefitSettings = field(default_factory=RefitSettings)
    peers: PeerSettings = field(default_factory=PeerSettings)
    noise: str = "split"
    basis: int | None = 128
    n_splits: int = 5
    test_splits: int = 5
    clusters: bool = False


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
        **plain,
    )
