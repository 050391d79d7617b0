"""What panels.json holds about a run in addition to its panels."""

from spinn import __version__
from spinn.panel import Panel, PanelPath
from spinn.records.choice import Choice
from spinn.records.documents import documented
from spinn.runtime.costs import Cost

PATH = PanelPath((Panel(("a", "b")),), ())
KEYS = {"dataset": "d", "split": 0, "task": "t", "selector": "s", "seed": 1, "data": {}}
CONFIG = {"genes": {"table": [{"gene": "a", "cost": 2.0}], "budget": 3}, "device": "cpu"}


def test_settings_costs_and_versions_are_documented():
    choice = Choice(PATH, Cost(1.23456, 99.96), "cuda", {"noise": "split"}, {"torch": "0.0"})
    path = documented(choice, KEYS, config=CONFIG, threads=2)
    assert path.panels == PATH.panels
    assert path.about.items() >= KEYS.items()
    assert "failed" not in path.about
    settings, made = path.about["settings"], path.about["made_by"]
    assert (settings["device"], settings["noise"]) == ("cpu", "split")
    assert settings["genes"]["table"]["rows"] == 1
    assert (made["seconds"], made["peak_mb"], made["threads"]) == (1.235, 100.0, 2)
    assert made["device"] == "cuda"
    assert (made["versions"]["torch"], made["versions"]["spinn"]) == ("0.0", __version__)


def test_a_failed_run_says_why():
    path = documented(Choice(PanelPath((), ()), failed="x"), KEYS, config=CONFIG, threads=1)
    assert path.failed == "x"
    assert path.about["made_by"]["seconds"] == 0
