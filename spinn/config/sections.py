"""Which parts of the config decide what; rules pass their jobs these only."""

from collections.abc import Mapping
from typing import Any

from spinn.selectors.registry import SELECTORS

GATE_KEYS = {
    *("gate_lr", "initial_dropout", "max_doublings", "min_dropout"),
    *("penalty", "penalty_form", "reference", "temperature"),
}


def without_gate(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return the training keys that a network without a gate depends on."""
    return {key: value for key, value in training.items() if key not in GATE_KEYS}


def training_of(config: Mapping[str, Any], gate: str) -> dict[str, Any]:
    """Return the parts of a checked config that decide how a base model of a gate is trained."""
    training = without_gate(config["training"]) if gate == "open" else config["training"]
    return {**_parts(config, "network", "noise", "device"), "training": training}


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
    if entry.kind == "recommended":
        parts = _parts(config, "rfe", "refit", "goal")
        return {**training_of(config, "bernoulli"), **parts, **genes}
    return {**training_of(config, entry.gate or "open"), **_parts(config, "rfe"), **genes}


def judging_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a checked config that decide how panels are refitted and judged."""
    evaluation = _parts(config["evaluation"], "test_splits", "clusters")
    training = without_gate(config["training"])
    parts = _parts(config, "network", "refit", "device")
    return {**parts, "training": training, "evaluation": evaluation}


def _parts(config: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: config[key] for key in keys}
