"""Which parts of the config decide what; rules pass their jobs these only."""

from collections.abc import Mapping
from typing import Any

from spinn.selectors.registry import SELECTORS

GATE_KEYS = {
    "gate_lr",
    "initial_dropout",
    "max_doublings",
    "min_dropout",
    "penalty",
    "penalty_form",
    "reference",
    "temperature",
}


def without_gate(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return the training keys that a network without a gate depends on."""
    return {key: value for key, value in training.items() if key not in GATE_KEYS}


def training_of(config: Mapping[str, Any], gate: str) -> dict[str, Any]:
    """Return the parts of a checked config that decide how a base model of a gate is trained."""
    training = config["training"]
    keys = {key: config[key] for key in ("network", "noise", "device")}
    return {**keys, "training": without_gate(training) if gate == "open" else training}


def selection_of(config: Mapping[str, Any], selector: str) -> dict[str, Any]:
    """Return the parts of a checked config that decide which genes a selector chooses.

    Selectors of one family depend on the same.
    """
    entry = SELECTORS[selector]
    genes = {"genes": config["genes"]}
    if entry.kind == "package":
        return {**genes, "peers": config["peers"]}
    if not entry.needs_torch:
        return genes
    is_recommended = entry.kind == "recommended"
    gate = "bernoulli" if is_recommended else entry.gate or "open"
    keys = ("rfe", "refit") if is_recommended else ("rfe",)
    return {**training_of(config, gate), **{key: config[key] for key in keys}, **genes}


def judging_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a checked config that decide how panels are refitted and judged."""
    evaluation = {key: config["evaluation"][key] for key in ("test_splits", "clusters")}
    return {
        **{key: config[key] for key in ("network", "refit", "device")},
        "training": without_gate(config["training"]),
        "evaluation": evaluation,
    }
