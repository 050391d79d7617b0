"""Detection loss: its laws, and what it does to panels."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.evaluation.detection import SPREAD, Detection
from spinn.evaluation.judge import make_judge
from spinn.evaluation.robustness import robustness
from spinn.jobs.robustness import COLUMNS, evaluate_robustness
from spinn.networks.batches import views
from spinn.panel import Panel
from spinn.preparation.thinning import thin
from spinn.settings import RefitSettings
from spinn.statistics.resampling import Resampling
from tests.support.cells import QUICK, from_counts, make_adata, prepared, without_counts
from tests.support.judging import DATA, PANELS, judged, value

DRAWS = Resampling("test", 40)


@given(level=st.floats(0.001, 1), other=st.floats(0.001, 1), seed=st.integers(0, 99))
def test_a_gene_s_own_factor_is_the_same_at_all_levels(level, other, seed):
    one, two = (Detection(share, seed).efficiency(30) for share in (level, other))
    assert ((one > 0) & (one <= 1)).all()
    if level < 1 and other < 1:
        free = (one < 1) & (two < 1)
        np.testing.assert_allclose(one[free] / level, two[free] / other)


def test_efficiencies_are_log_normal_around_the_level():
    efficiency = np.log(Detection(0.01, 0).efficiency(20_000))
    assert np.median(efficiency) == pytest.approx(np.log(0.01), abs=0.02)
    assert efficiency.std() == pytest.approx(SPREAD, rel=0.02)
    assert (Detection(1, 0).efficiency(5) == 1).all()


@pytest.mark.parametrize("level", [0.0, -0.5, 1.5])
def test_levels_out_of_range(level):
    with pytest.raises(ValueError, match=r"an efficiency must lie in \(0, 1\], came"):
        Detection(level, 0)


@pytest.mark.parametrize("noise", ["split", "none"])
def test_at_full_detection_cells_are_as_they_are(noise):
    seen = Detection(1, 3).views(DATA, noise, n_splits=2, seed=7)
    expected = views(DATA, noise, 2, 7)
    assert len(seen) == len(expected)
    for pair, wanted in zip(seen, expected, strict=True):
        for one, other in zip(pair, wanted, strict=True):
            assert abs(one - other).max() < 1e-6


def test_molecules_are_lost_gene_by_gene_and_only_where_they_are_read():
    counts = np.random.default_rng(0).poisson(30, size=(2000, 6)).astype(np.int32)
    data = from_counts(type(DATA.counts)(counts), total=np.full(2000, 1000))
    loss = Detection(0.4, 1)
    seen = loss.views(data, "split", n_splits=1, seed=5)
    ((one, other),) = thin(data, n_splits=1, seed=5)
    halves = [(one, other), (other, one)]
    for (read, wanted), (half, rest) in zip(seen, halves, strict=True):
        assert abs(wanted - rest).max() == 0
        # Linear values: molecules left over the depth that is left of a typical gene.
        share = np.expm1(read.toarray()).sum(0) * loss.level / np.expm1(half.toarray()).sum(0)
        np.testing.assert_allclose(share, loss.efficiency(6), rtol=0.03)


def test_detection_loss_needs_counts():
    with pytest.raises(ValueError, match="detection loss needs counts"):
        Detection(0.5, 0).views(without_counts(DATA), "none", n_splits=1, seed=0)


TASKS = [("reconstruction", "fvu_split"), ("classification", "macro_f1"), ("hurdle", "hurdle_loss")]


@pytest.mark.parametrize(("task", "metric"), TASKS)
def test_at_full_detection_a_panel_is_worth_what_the_judge_says(task, metric):
    judge, rows, _ = judged(DATA, task)
    found = robustness(judge, PANELS, efficiencies=[1, 0.3], seeds=[3], random=DRAWS)
    inputs = {"hurdle": ["binary"]}.get(task, ["raw", "binary"])
    assert list(dict.fromkeys(row["inputs"] for row in found)) == inputs
    assert len(found) == len(inputs) * 2 * len(PANELS)
    for row in found:
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
    """Types that molecules tell apart without fail, until hardly any is left."""
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
    found = robustness(judge, panel, efficiencies=[1, 0.2, 0.02], seeds=[0, 1], random=DRAWS)
    f1 = {(row["inputs"], row["efficiency"]): row["value"] for row in found}
    assert f1["raw", 1] > 0.95
    assert f1["raw", 1] >= f1["raw", 0.2] > f1["raw", 0.02] + 0.1


def write_prepared(tmp_path, *, counts):
    adata = make_adata()
    options = {"values": "counts"} if counts else {"values": "lognorm"}
    if not counts:
        x = np.log1p(adata.X.toarray() * np.random.default_rng(0).uniform(1, 2, adata.shape))
        adata.X = type(adata.X)(x.astype(np.float32))
    prepared(tmp_path, adata, dataset={"label": "type", **options})
    rows = "".join(f"{gene},{i},,greedy,0\n" for i, gene in enumerate(["g01", "g05", "g09"], 1))
    (tmp_path / "panel_3.csv").write_text(f"gene,rank,why,selector,seed\n{rows}")
    (tmp_path / "panel_9.csv").write_text("gene,rank,why,selector,seed\n")


CONFIG = {
    "network": {"hidden": [8], "activation": "elu", "input_dropout": 0.0},
    "training": {"max_steps": 10, "check_every": 5, "basis": 4, "n_splits": 1},
    "refit": {"max_steps": 10},
    "device": "cpu",
    "evaluation": {"test_splits": 1, "bootstrap": 40, "robustness": [1, 0.2]},
}


@pytest.mark.parametrize(("counts", "size", "n_rows"), [(True, 3, 4), (False, 3, 0), (True, 9, 0)])
def test_the_job_writes_a_tidy_table(tmp_path, counts, size, n_rows):
    """No rows without counts, nor where all selectors failed and there is no panel."""
    write_prepared(tmp_path, counts=counts)
    output = tmp_path / "robustness.csv"
    evaluate_robustness(
        str(tmp_path / "prepared.h5ad"),
        [str(tmp_path / f"panel_{size}.csv")],
        str(output),
        about={"dataset": "d", "split": 0, "task": "classification"},
        seeds=[0],
        config=CONFIG,
        threads=1,
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
