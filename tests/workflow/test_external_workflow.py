"""The workflow with peers that are not installed, crash, fill panels badly, or work."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.support.peers import install
from tests.support.workflow import ROOT, copy_project, planned, snakemake, write_config

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("peers")]  # one worker: one run
SELECTORS = ["spapros", "cosg", "lassonet", "scgenefit", "greedy"]
QUICK = {"refit": {"max_steps": 20}, "evaluation": {"floor_panels": 1, "bootstrap": 40}}


def run(folder, config):
    done = snakemake(folder, "--cores", 2, "--configfile", config)
    assert done.returncode == 0, done.stdout
    return folder / "results"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A copy of the project in which peers of all kinds have run: spapros is not installed."""
    folder = copy_project(tmp_path_factory.mktemp("peers") / "project")
    install(folder / ".venv-peers", cosg="crashes", lassonet="fails_once", scgenefit="repeats")
    config = write_config(folder / "peers.yaml", selectors=SELECTORS, **QUICK)
    return run(folder, config), config


def test_failed_selectors_are_rows_without_numbers(finished):
    results, _ = finished
    costs = pd.read_csv(results / "costs.csv", keep_default_na=False)
    failed = costs[costs["failed"] != ""]
    assert set(zip(failed["selector"], failed["seed"], strict=True)) == {
        *(("spapros", 0), ("spapros", 1), ("cosg", 0), ("cosg", 1), ("lassonet", 1))
    }
    assert len(costs) == 2 * 2 * len(SELECTORS)
    assert set(costs.loc[costs["selector"] == "scgenefit", "filled"]) == {7}
    summary = pd.read_csv(results / "summary.csv")
    for metric in ("fvu_split", "macro_f1"):
        rows = summary[summary["metric"] == metric].set_index("selector")
        assert rows.loc[["spapros", "cosg"], "size"].tolist() == [4, 8, 4, 8]
        assert rows.loc[["spapros", "cosg"], ["mean", "low", "high", "tier"]].isna().all(axis=None)
        assert (
            rows.loc[["lassonet", "scgenefit", "greedy"], ["mean", "tier"]].notna().all(axis=None)
        )
        assert set(rows.loc["lassonet", "n_seeds"]) == {1}
    assert summary.loc[summary["mean"].isna(), "selector"].isin(["spapros", "cosg"]).all()
    scores = pd.read_csv(results / "scores.csv")
    assert scores["value"].notna().all()
    assert not scores["selector"].isin(["spapros", "cosg"]).any()


def test_the_report_and_the_figure_name_them(finished):
    results, _ = finished
    page = (results / "report.html").read_text()
    tasks, tables = 2, 2  # of quality and of costs
    assert page.count("failed: not installed: no .venv-peers/spapros") == tasks * tables
    assert "KeyError" in page
    assert "1 of 2 runs failed: ended with status 1: ZeroDivisionError" in page
    assert "up to 7 genes of a panel filled up by greedy" in page
    assert (results / "figures" / "quality_tiny_reconstruction.svg").stat().st_size > 1000


def test_the_recommended_panel_is_of_the_first_that_did_not_fail(finished):
    results, _ = finished
    panel = pd.read_csv(results / "tiny" / "split0" / "reconstruction" / "panel_4.csv")
    assert set(panel["selector"]) == {"lassonet"}
    assert panel["rank"].tolist() == [1, 2, 3, 4]


def test_a_peer_that_gets_installed_is_asked_again(finished):
    results, config = finished
    folder = results.parent
    assert planned(folder, "--configfile", config) == {}
    stamp = folder / ".venv-peers" / "cosg" / ".installed"
    before = stamp.read_text()
    stamp.write_text("good==2\n")
    jobs = planned(folder, "--configfile", config)
    stamp.write_text(before)
    assert {"select_cosg", "evaluate_cosg", "collect_scores", "write_report"} <= set(jobs)
    assert not {"select_lassonet", "select_baselines", "evaluate_lassonet"} & set(jobs)


def test_a_run_in_which_every_selector_fails_still_ends(tmp_path):
    folder = copy_project(tmp_path / "project")
    config = write_config(
        folder / "peers.yaml", selectors=["cosg"], tasks=["reconstruction"], **QUICK
    )
    results = run(folder, config)
    assert "No selector has panels." in (results / "report.html").read_text()
    panel = results / "tiny" / "split0" / "reconstruction" / "panel_4.csv"
    assert panel.read_text() == "gene,rank,why,frequency,selector,seed,in_judged,cells\n"
    assert (panel.parent / "order_4").is_dir()
    assert not (panel.parent / "order_4" / "panel.csv").exists()


def test_cosg_itself_runs(tmp_path):
    """The real package, where `make peers` has installed it."""
    if not (ROOT / ".venv-peers" / "cosg" / ".installed").exists():
        pytest.skip("cosg is not installed; `make peers` does that")
    folder = copy_project(tmp_path / "project")
    config = write_config(
        folder / "peers.yaml",
        selectors=["cosg"],
        seeds=[0],
        tasks=["classification"],
        genes={"required": ["CST3"], "excluded": ["CD79A"]},
        peers={"folder": str(ROOT / ".venv-peers")},
        **QUICK,
    )
    target = Path("results/tiny/split0/classification/cosg/seed0/panels.json")
    done = snakemake(folder, target, "--cores", 1, "--configfile", config)
    assert done.returncode == 0, done.stdout
    document = json.loads((folder / target).read_text())
    assert "failed" not in document
    assert document["settings"]["repairs"] == {}
    genes = document["panels"][0]["genes"]
    assert genes[0] == "CST3"
    assert "CD79A" not in genes
    assert {"CD79B", "CD3D", "GNLY", "NKG7", "FCER1A", "MS4A1"} & set(genes)  # markers of blood
    assert re.fullmatch(r"1\.\d+\.\d+", document["made_by"]["versions"]["cosg"])
    assert document["made_by"]["peak_mb"] > 50
