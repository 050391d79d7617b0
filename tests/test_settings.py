"""Settings: their defaults are the schema's, and any section may be absent."""

import pytest

from spinn.config.check import check
from spinn.settings import PeerSettings, Settings, read_settings

MINIMAL = {"datasets": {"mine": {"path": "cells.h5ad", "label": "type"}}}


def test_defaults_are_those_of_the_schema():
    assert read_settings(check(MINIMAL, cells_exist=False)) == Settings()


@pytest.mark.parametrize("config", [{}, {"genes": {"required": ["CD3E"]}}, {"training": {}}])
def test_absent_sections_keep_their_defaults(config):
    assert read_settings(config) == Settings()


def test_every_section_is_read():
    settings = read_settings(
        {
            "network": {"hidden": [8]},
            "training": {"basis": "full", "n_splits": 2, "temperature": 0.3, "lr": 0.1},
            "rfe": {"ratio": 0.7},
            "refit": {"start": "warm"},
            "evaluation": {"clusters": True, "bootstrap": 40},
            "peers": {"folder": "here", "memory_gb": 2},
            "noise": "hidden",
        }
    )
    assert settings.network.hidden == (8,)
    assert (settings.basis, settings.n_splits) == (None, 2)
    assert (settings.gate.temperature, settings.training.lr) == (0.3, 0.1)
    assert (settings.elimination.ratio, settings.refit.start) == (0.7, "warm")
    assert (settings.clusters, settings.test_splits) == (True, Settings.test_splits)
    assert settings.peers == PeerSettings("here", memory_gb=2)
    assert settings.noise == "hidden"


def test_an_unknown_key_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'stepps'"):
        read_settings({"training": {"stepps": 3}})
