"""Robustness: what detection loss does to panels."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from spinn.evaluation.judge import make_judge
from spinn.evaluation.robustness import COLUMNS, robustness
from spinn.panel import Panel, PanelPath
from spinn.settings import RefitSettings
from spinn.statistics.resampling import Resampling
from tests.support.cells import QUICK, from_counts, make_adata, prepared
from tests.support.judging import DATA, PANELS, judged, value
from tests.support.scripts import run_script

DRAWS = Resampling("test", 40)


TASKS = [("reconstruction", "fvu_split"), ("classification", "macro_f1"), ("hurdle", "hurdle_loss")]


@pytest.mark.parametrize(("task", "metric"), TASKS)
def test_at_full_detection_a_panel_is_worth_what_the_judge_says(task, metric):
    judge, rows, _ = judged(DATA, task)
    table = robustness(judge, PANELS, efficiencies=[1, 0.3], seeds=[3], random=DRAWS)
    inputs = {"hurdle": ["binary"]}.get(task, ["raw", "binary"])
    assert list(dict.fromkeys(row["inputs"] for row in table)) == inputs
    assert len(table) == len(inputs) * 2 * len(PANELS)
    for row in table:
        assert (row["metric"], row["n_seeds"]) == (metric, 1)
        assert row["low"] <= row["value"] <= row["high"]
        if row["inputs"] == inputs[0] and row["efficiency"] == 1:
            assert row["value"] == pytest.approx(value(rows, metric, row["size"]), rel=1e-6)


def test_seeds_are_averaged_and_the_test_cells_stay():
    judge, _, _ = judged(DATA)
    before = judge.test.fingerprint()
    one, two, both = (
        robustness(judge, PANELS[:1], efficiencies=[0.5], seeds=seeds, random=DRAWS)[0]
        for seeds in ([0], [1], [0, 1])
    )
    assert both["value"] == pytest.approx((one["value"] + two["value"]) / 2)
    assert both["n_seeds"] == 2
    assert judge.test.fingerprint() == before


def test_a_panel_is_worth_less_the_more_is_lost():
    """Types that molecules separate without fail, until hardly any is left."""
    rng = np.random.default_rng(0)
    kind = np.arange(300) % 3
    rate = 1 + 40 * (np.arange(6) % 3 == kind[:, None])
    counts = rng.poisson(rate).astype(np.int32)
    data = from_counts(type(DATA.counts)(counts), total=np.full(300, 500), labels=kind)
    settings = replace(
        QUICK, training=replace(QUICK.training, lr=0.02), refit=RefitSettings(max_steps=100)
    )
    judge = make_judge(data, "classification", settings)
    panel = [Panel(("g00", "g01", "g02"))]
    table = robustness(judge, panel, efficiencies=[1, 0.2, 0.02], seeds=[0, 1], random=DRAWS)
    f1 = {(row["inputs"], row["efficiency"]): row["value"] for row in table}
    assert f1["raw", 1] > 0.95
    assert f1["raw", 1] >= f1["raw", 0.2] > f1["raw", 0.02] + 0.1


def write_prepared(tmp_path, *, counts):
    adata = make_adata()
    options = {"values": "counts"} if counts else {"values": "lognorm"}
    if not counts:
        x = np.log1p(adata.X.toarray() * np.random.default_rng(0).uniform(1, 2, adata.shape))
        adata.X = type(adata.X)(x.astype(np.float32))
    prepared(tmp_path, adata, dataset={"label": "type", **options})
    failed = PanelPath((), (), {"selector": "cosg", "seed": 0, "failed": "no memory"})
    failed.save(tmp_path / "failed")
    about = {"selector": "greedy", "seed": 0}
    PanelPath((Panel(("g01", "g05", "g09")),), (), about).save(tmp_path / "good")


CONFIG = {
    "network": {"hidden": [8], "activation": "elu", "input_dropout": 0.0},
    "training": {"max_steps": 10, "check_every": 5, "basis": 4, "n_splits": 1},
    "refit": {"max_steps": 10},
    "device": "cpu",
    "evaluation": {"test_splits": 1, "bootstrap": 40, "robustness": [1, 0.2]},
}


GOOD, BAD = ["failed", "good"], ["failed"]


@pytest.mark.parametrize(
    ("counts", "runs", "n_rows"), [(True, GOOD, 4), (False, GOOD, 0), (True, BAD, 0)]
)
def test_the_script_writes_a_tidy_table(tmp_path, counts, runs, n_rows):
    """No rows without counts, nor where all selectors failed and there is no panel."""
    write_prepared(tmp_path, counts=counts)
    output = tmp_path / "robustness.csv"
    run_script(
        "evaluate_robustness.py",
        input={
            "prepared": str(tmp_path / "prepared.h5ad"),
            "panels": [str(tmp_path / run / "panels.json") for run in runs],
        },
        output={"robustness": str(output)},
        params={"config": CONFIG, "seeds": [0]},
        wildcards={"dataset": "d", "split": "0", "task": "classification"},
    )
    with output.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames) == COLUMNS
    assert len(rows) == n_rows
    for row in rows:
        place = (row["dataset"], row["split"], row["task"], row["selector"], row["size"])
        assert place == ("d", "0", "classification", "greedy", "3")
        assert row["metric"] == "macro_f1"
