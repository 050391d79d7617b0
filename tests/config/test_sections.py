"""Sections: a rule depends on the keys that can change its files, and on no others."""

from spinn.config.check import check
from spinn.config.sections import GATE_KEYS, judging_of, selection_of, training_of

CONFIG = check({"datasets": {"d": {"path": "scanpy:pbmc68k_reduced", "label": "bulk_labels"}}})


def test_only_networks_with_a_gate_depend_on_the_keys_of_gates():
    assert set(CONFIG["training"]) >= GATE_KEYS
    assert training_of(CONFIG, "bernoulli")["training"] == CONFIG["training"]
    without = {key: value for key, value in CONFIG["training"].items() if key not in GATE_KEYS}
    assert training_of(CONFIG, "open")["training"] == without
    assert judging_of(CONFIG)["training"] == without


def test_a_selector_depends_on_what_it_uses():
    assert set(selection_of(CONFIG, "greedy")) == {"genes"}
    network = {"network", "noise", "device", "training", "rfe", "genes"}
    assert set(selection_of(CONFIG, "bernoulli-rfe")) == network
    assert set(selection_of(CONFIG, "recommended")) == {*network, "refit", "goal"}
    assert selection_of(CONFIG, "imputation-rfe")["training"].keys().isdisjoint(GATE_KEYS)
