"""The whole workflow on a tiny config: files, reruns, interruption, reproducibility."""

import json
import os
import signal
import subprocess
import time

import pandas as pd
import pytest
import scanpy as sc
import yaml

import spinn
from spinn.records import tradeoff
from spinn.runtime.jobs import acquire_lock
from tests.support.cells import make_adata
from tests.support.pages import Page, bare_numbers
from tests.support.workflow import (
    TINY,
    command,
    copy_project,
    environment,
    panels,
    planned,
    snakemake,
)
from tests.support.workflow import write_config as write
from tools import findings

# One worker runs them all: runs that each would start otherwise are what takes long.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workflow")]
SELECTORS = ["recommended", "bernoulli-rfe", "jacobian-ranking", "greedy", "markers", "random"]
TASKS = ["reconstruction", "classification"]
SIZES, SEEDS = [4, 8], [0, 1]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A copy of the project in which the tiny config has run, killed after its first panels."""
    folder = copy_project(tmp_path_factory.mktemp("workflow") / "project")
    kill_after_the_first_panels(folder)
    assert 0 < len(panels(folder / "results")) < len(TASKS) * len(SELECTORS) * len(SEEDS)
    done = snakemake(folder, "--cores", 2, "--configfile", TINY)
    assert done.returncode == 0, done.stdout
    return folder


def kill_after_the_first_panels(folder):
    running = subprocess.Popen(
        command("--cores", 2, "--configfile", TINY),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    while not panels(folder / "results") and time.monotonic() < deadline:
        assert running.poll() is None, "the run ended before it could be killed"
        time.sleep(0.2)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


@pytest.fixture(scope="module")
def results(finished):
    return finished / "results"


@pytest.fixture(scope="module")
def by_donors(tmp_path_factory):
    """A copy of the project that has judged by random cells and by donors."""
    place = tmp_path_factory.mktemp("donors")
    folder = copy_project(place / "project")
    make_adata(400, 30).write_h5ad(folder / "cells.h5ad")
    cells = {"path": "cells.h5ad", "values": "counts", "label": "type", "donor": "donor"}
    config = write(
        place / "donors.yaml",
        datasets={"mine": cells},
        split={"compare_donors": True},
        tasks=["classification"],
        selectors=["greedy", "random"],
        panel_sizes=[3],
    )
    done = snakemake(folder, "--cores", 2, "--configfile", config)
    assert done.returncode == 0, done.stdout
    return folder


def test_the_findings_are_written_from_the_tables(results, by_donors, tmp_path):
    findings.main(str(results), str(tmp_path), str(by_donors / "results"))
    text = (tmp_path / "findings_tables.md").read_text()
    assert text.count("\n## ") == 6
    assert "| tiny | classification | 8 | " in text
    assert "| mine | classification | 3 | macro_f1 | greedy | " in text
    assert (tmp_path / "findings.svg").stat().st_size > 10_000


def test_every_file_of_the_contract_is_there(results):
    place = results / "tiny" / "split0"
    wanted = ["scores.csv", "summary.csv", "differences.csv", "normalised.csv", "recall.csv"]
    wanted += ["stability.csv", "report.html", "provenance.json", "config.yaml"]
    wanted += ["tiny/split0/interchangeable.csv", "robustness.csv", "smallest.csv", "costs.csv"]
    for name in wanted:
        assert (results / name).stat().st_size > 0, name
    assert (place / "prepared.h5ad").is_file()
    for task in TASKS:
        for gate in ("open", "bernoulli"):
            for seed in SEEDS:
                base = place / task / "base" / gate
                assert (base / f"seed{seed}.safetensors").is_file()
                assert (base / f"seed{seed}.csv").is_file()
        for selector in SELECTORS:
            for seed in SEEDS:
                for name in ("panels.json", "ranking.csv", "scores.csv"):
                    assert (place / task / selector / f"seed{seed}" / name).is_file()
        for size in SIZES:
            table = pd.read_csv(place / task / f"panel_{size}.csv")
            assert table.columns[:3].tolist() == ["gene", "rank", "why"]
            assert table["rank"].tolist() == list(range(1, size + 1))
            assert {"role", "loss", "substitutes", "restored"} <= set(table.columns)
            assert set(table["cells"]) == {"all"}
            assert (table["loss"] >= 0).all()
        assert (place / task / "audit.csv").is_file()
        coverage = pd.read_csv(place / task / "coverage.csv")
        assert coverage["size"].drop_duplicates().tolist() == SIZES
        assert coverage["type"].nunique() > 5
        for figure in ("quality", "tradeoff", "agreement", "overlap", "robustness"):
            for ending in ("svg", "png", "pdf"):
                path = results / "figures" / f"{figure}_tiny_{task}.{ending}"
                assert path.stat().st_size > 1000


def test_recommended_panels_are_for_both_tasks_and_their_price_is_known(results):
    table = pd.read_csv(results / "tradeoff.csv")
    assert tuple(table.columns) == tradeoff.COLUMNS
    assert set(zip(table["task"], table["seed"], table["size"], strict=True)) == {
        (task, seed, size) for task in TASKS for seed in SEEDS for size in SIZES
    }
    for seed in SEEDS:
        place = f"recommended/seed{seed}/panels.json"
        one, other = (
            json.loads((results / "tiny" / "split0" / task / place).read_text())["panels"]
            for task in TASKS
        )
        assert one == other


def test_scores_hold_every_selector_size_and_seed(results):
    scores = pd.read_csv(results / "scores.csv")
    names = "dataset split task selector seed size target metric value"
    assert scores.columns.tolist() == names.split()
    head = {"reconstruction": "fvu_split", "classification": "macro_f1"}
    for task, metric in head.items():
        rows = scores[(scores["task"] == task) & (scores["metric"] == metric)]
        rows = rows[rows["selector"].isin(SELECTORS)]
        selections = set(zip(rows["selector"], rows["seed"], rows["size"], strict=True))
        assert selections == {(s, r, k) for s in SELECTORS for r in SEEDS for k in SIZES}
        assert {"floor", "ceiling"} <= set(scores.loc[scores["task"] == task, "selector"])
    assert scores["value"].notna().all()
    summary = pd.read_csv(results / "summary.csv")
    names = "dataset task size metric selector mean low high diff_to_best diff_low diff_high tier"
    assert summary.columns[:12].tolist() == names.split()
    assert (summary["low"] <= summary["high"]).all()


def test_every_panel_has_distinct_genes_of_the_data(results):
    documents = panels(results / "tiny" / "split0")
    assert len(documents) == len(TASKS) * len(SELECTORS) * len(SEEDS)
    for document in documents.values():
        assert document["format"] == 1
        assert [panel["size"] for panel in document["panels"]] == sorted(SIZES, reverse=True)
        for panel in document["panels"]:
            assert len(panel["genes"]) == len(set(panel["genes"])) == panel["size"]


def test_provenance_names_input_filters_and_versions(results):
    about = json.loads((results / "provenance.json").read_text())
    cells = about["datasets"]["tiny"]["split0"]
    assert len(cells["input"]["sha256"]) == 64
    assert cells["filters"]["cells_in"] == 700
    assert cells["filters"]["genes_out"] == 100
    assert "recovered" in cells["values"]
    assert about["versions"]["torch"].startswith("2.13.0")
    config = yaml.safe_load((results / "config.yaml").read_text())
    assert config["panel_sizes"] == SIZES
    defaults = {"valid": 0.1, "test": 0.2, "repeats": 1, "compare_donors": False}
    assert config["split"] == defaults  # written out


def test_the_audit_finds_what_was_demanded_and_met(results):
    audit = pd.read_csv(results / "tiny" / "split0" / "reconstruction" / "audit.csv")
    assert audit.columns.tolist()[:5] == ["constraint", "wanted", "got", "met", "note"]
    sizes = audit[audit["constraint"] == "size"]
    assert sizes["size"].tolist() == SIZES
    assert (sizes["met"] == "yes").all()
    # Nothing is demanded: all else are warnings that eight genes would crowd a cell.
    others = audit[audit["constraint"] != "size"]
    assert set(others["constraint"]) == {"crowding"}
    assert set(others["met"]) == {"warning"}


def test_the_molecules_of_the_panels_are_written_by_type(results):
    load = pd.read_csv(results / "tiny" / "split0" / "reconstruction" / "load.csv")
    assert set(load["size"]) == set(SIZES)
    totals = load[load["type"] == "all"].set_index("size")["total"]
    assert (totals > 0).all()
    assert load["share_of_three"].between(0, 1).all()
    assert set(load["unit"]) == {"molecules per cell"}


def by_the_api(selector, task, **more):
    """Return what panels.json holds about the same cells and settings, but for `made_by`."""
    config = yaml.safe_load(TINY.read_text())
    (entry,) = config.pop("datasets").values()
    arguments = ("tasks", "selectors", "panel_sizes", "seeds")
    path = spinn.select_genes(
        sc.datasets.pbmc68k_reduced(),
        SIZES,
        selector=selector,
        task=task,
        config={key: value for key, value in config.items() if key not in arguments},
        **{key: entry[key] for key in ("layer", "values", "label")},
        **more,
    )
    document = json.loads(json.dumps(path.document()))
    document.pop("made_by")
    assert document.pop("explained").keys() == {str(size) for size in SIZES}
    return document


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("selector", SELECTORS)
def test_the_python_api_chooses_the_same_panels(results, selector, task):
    ours = by_the_api(selector, task, seed=1, hold_out=True)
    assert ours.pop("held_out")
    theirs = panels(results / "tiny" / "split0" / task / selector / "seed1")["panels.json"]
    assert ours == {**theirs, "dataset": "adata"}


@pytest.mark.parametrize("task", TASKS)
def test_the_python_api_delivers_the_same_panels(results, task):
    theirs = panels(results / "tiny" / "all" / task)
    assert list(theirs) == ["recommended/seed0/panels.json"]
    (theirs,) = theirs.values()
    assert (theirs["cells"], theirs["data"]["n_cells"]) == ("all", 700)
    assert by_the_api("recommended", task) == {**theirs, "dataset": "adata"}
    for panel in theirs["panels"]:
        table = pd.read_csv(results / "tiny" / "split0" / task / f"panel_{panel['size']}.csv")
        assert table["gene"].tolist() == panel["genes"]
        place = results / "tiny" / "split0" / task / "recommended" / "seed0"
        judged = spinn.load_panel(place).of_size(panel["size"]).genes
        assert (table["in_judged"] == "yes").tolist() == [g in judged for g in panel["genes"]]


def test_no_number_depends_on_what_is_delivered(finished):
    """A panel chosen from all cells is explained, audited and ordered, and judged nowhere."""
    jobs = planned(finished, "--configfile", TINY, "--forcerun", "deliver_recommended")
    assert set(jobs) == {"deliver_recommended", "recommend", "order", "write_report"}
    jobs = planned(finished, "--configfile", TINY, "--forcerun", "prepare_all")
    after = {"deliver_recommended", "recommend", "order", "write_provenance", "write_report"}
    assert set(jobs) == {"prepare_all", *after}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("size", SIZES)
def test_every_panel_is_ready_to_be_ordered(results, task, size):
    place = results / "tiny" / "split0" / task
    ordered = pd.read_csv(place / f"order_{size}" / "panel.csv")
    assert ordered["symbol"].tolist() == pd.read_csv(place / f"panel_{size}.csv")["gene"].tolist()
    page = " ".join((place / f"order_{size}" / "README.txt").read_text().split())
    assert "data set tiny, all cells, seed 0" in page
    assert "No cell was held out from this panel." in page


def test_an_order_is_checked_against_its_platform_and_forces_what_is_required(finished, tmp_path):
    """Slots take the room of genes; only the jobs up to the orders run."""
    config = write(
        tmp_path / "order.yaml",
        results=str(tmp_path / "results"),
        selectors=["greedy"],
        tasks=["classification"],
        platform="xenium_v1",
        genes={"required": ["CD3D"], "slots": ["tdTomato"], "base": ["CST3"]},
    )
    done = snakemake(finished, "--cores", 2, "--configfile", config, "--until", "order")
    assert done.returncode == 0, done.stdout
    place = tmp_path / "results" / "tiny" / "split0" / "classification"
    for size in SIZES:
        submission = pd.read_csv(place / f"order_{size}" / "submission.csv", keep_default_na=False)
        genes = submission["Gene"].tolist()
        assert len(genes) == size
        assert "CST3" not in genes
        forced = submission.loc[submission["Force"] == "forced", "Gene"]
        assert set(forced) == {"CD3D", "tdTomato"}
        assert (place / f"order_{size}" / "checks.csv").stat().st_size > 100
    assert not list(place.rglob("scores.csv"))


def test_nothing_is_left_to_do(finished):
    done = snakemake(finished, "--cores", 1, "--configfile", TINY)
    assert "Nothing to be done" in done.stdout


# Of the recommended panels.
LOSS = {"evaluate_robustness", "collect_robustness"}
TYPES = {"cover_types", "write_report"}
CHOSEN = {"select_recommended", "deliver_recommended"}
RECOMMENDED = {*CHOSEN, "evaluate_recommended", "collect_tradeoff", *LOSS, *TYPES}
RANKERS = {"select_bernoulli", "select_jacobian", "evaluate_bernoulli", "evaluate_jacobian"}
NEURAL = RANKERS | RECOMMENDED
JACOBIAN = {"select_jacobian", "evaluate_jacobian"}
BASELINES = {"select_baselines", "evaluate_baselines"}
REFERENCES = {"evaluate_references"}
SELECTING = NEURAL | BASELINES
TABLES = {"collect_scores", "collect_stability", "recommend", "plot_figures", "write_report"}
AFTER = {*TABLES, "order", "write_provenance"}


@pytest.mark.parametrize(
    ("module", "rerun"),
    [
        # One selector: its jobs and what depends on them, nothing else.
        ("selectors/rankers/jacobian.py", {*JACOBIAN, *AFTER}),
        ("selectors/baselines/markers.py", {*BASELINES, *RECOMMENDED, *AFTER}),
        ("selectors/baselines/random.py", {*BASELINES, *AFTER}),
        ("selectors/baselines/greedy.py", {*BASELINES, *REFERENCES, *RECOMMENDED, *AFTER}),
        ("selectors/recommended.py", {*RECOMMENDED, *AFTER}),
        ("selectors/strategies.py", NEURAL | AFTER),
        ("selectors/peers/genebasis.py", set()),
        ("report/plots.py", {"plot_figures", "write_report"}),
        ("report/page.py", {"write_report"}),
        ("report/templates/report.html", {"write_report"}),
        ("records/provenance.py", SELECTING | AFTER),
        (
            "records/scores.py",
            {"collect_scores", "plot_figures", "write_provenance", "write_report"},
        ),
        ("runtime/jobs.py", set()),
        ("explanation/reasons.py", {"recommend", "order", "write_report"}),
        ("records/order_page.py", {"order"}),
        ("records/tradeoff.py", {"collect_tradeoff", "plot_figures", "write_report"}),
        ("explanation/coverage.py", TYPES),
        ("explanation/discriminant.py", TYPES),
    ],
)
def test_editing_a_module_reruns_what_depends_on_it(finished, module, rerun):
    path = finished / "spinn" / module
    before = path.read_text()
    path.write_text(before + "\n# edited\n")
    try:
        assert set(planned(finished, "--configfile", TINY)) == rerun
    finally:
        path.write_text(before)


def test_changing_a_selector_s_colour_draws_figures_again_and_chooses_no_panels(finished):
    path = finished / "spinn" / "selectors" / "baselines" / "markers.py"
    before = path.read_text()
    assert '"colour": "#' in before
    path.write_text(before.replace('"colour": "#8', '"colour": "#9'))
    try:
        assert set(planned(finished, "--configfile", TINY)) == {"plot_figures", "write_report"}
    finally:
        path.write_text(before)


@pytest.mark.parametrize(
    ("change", "rerun"),
    [
        ({"rfe": {"ratio": 0.3, "max_steps": 30}}, NEURAL | AFTER),
        (
            {"evaluation": {"bootstrap": 50}},
            {"collect_scores", "plot_figures", "write_provenance", "write_report", *LOSS},
        ),
        (
            {"refit": {"max_steps": 50}},
            {
                "evaluate_bernoulli",
                "evaluate_jacobian",
                "evaluate_baselines",
                "evaluate_references",
                *RECOMMENDED,  # it is refits that choose
                *AFTER,
            },
        ),
    ],
)
def test_changing_a_stage_s_setting_reruns_what_depends_on_it(finished, tmp_path, change, rerun):
    config = write(tmp_path / "changed.yaml", **change)
    assert set(planned(finished, "--configfile", config)) == rerun


def test_a_setting_of_the_gate_leaves_networks_without_a_gate_alone(finished, tmp_path):
    config = write(tmp_path / "changed.yaml", training={"penalty": 0.2})
    jobs = planned(finished, "--configfile", config)
    assert jobs["train_base"] == len(TASKS)  # the bernoulli gate's, not the open ones
    assert "select_bernoulli" in jobs
    assert not {"select_jacobian", "evaluate_jacobian", "evaluate_references"} & set(jobs)


def test_editing_a_file_of_genes_reruns_selection(finished, tmp_path):
    table = tmp_path / "genes.csv"
    table.write_text("gene,exclude\nCD3D,0\n")
    config = write(tmp_path / "genes.yaml", genes={"table": str(table)})
    assert planned(finished, "--configfile", config) == {}
    table.write_text("gene,exclude\nCD3D,1\n")
    assert "select_baselines" in planned(finished, "--configfile", config)


def test_peers_have_rules_of_their_own(finished, tmp_path):
    names = ["cosine", "genebasis", "persist", "concrete_ae"]
    config = write(
        tmp_path / "peers.yaml",
        results=str(tmp_path / "results"),
        selectors=names,
        tasks=["reconstruction"],
        training={"max_steps": 20, "check_every": 10},
    )
    rules = ["select_baselines", "select_persist", "select_concrete_ae"]
    words = ["--configfile", config, "--until", *rules]
    done = snakemake(finished, "--cores", 2, *words)
    assert done.returncode == 0, done.stdout
    documents = panels(tmp_path / "results")
    assert {document["selector"] for document in documents.values()} == set(names)
    assert len(documents) == len(names) * len(SEEDS)
    assert planned(finished, *words) == {}
    path = finished / "spinn" / "selectors" / "peers" / "persist.py"
    before = path.read_text()
    path.write_text(before + "\n# edited\n")
    try:
        assert "select_baselines" not in planned(finished, *words)
        assert "select_persist" in planned(finished, *words)
    finally:
        path.write_text(before)


def test_a_killed_run_ends_with_the_same_panels(results, tmp_path):
    """Also: the same config in two folders gives the same panels, but for `made_by`."""
    folder = copy_project(tmp_path / "unbroken")
    rules = [f"select_{family}" for family in ("recommended", "bernoulli", "jacobian", "baselines")]
    rules.append("deliver_recommended")
    done = snakemake(folder, "--cores", 2, "--configfile", TINY, "--until", *rules)
    assert done.returncode == 0, done.stdout
    n_delivered = len(TASKS)
    assert len(panels(results)) == len(TASKS) * len(SELECTORS) * len(SEEDS) + n_delivered
    assert panels(folder / "results") == panels(results)


def test_two_runs_in_one_folder_do_not_meet(finished):
    """The second of two runs at the same time stops before it starts a job."""
    with acquire_lock(finished / ".snakemake" / "spinn.lock"):
        done = snakemake(finished, "--cores", 1, "--configfile", TINY, "--forcerun", "prepare")
    assert done.returncode != 0
    assert "another run is at work in this folder" in done.stdout


def test_selection_is_repeated_on_halves_of_the_cells(finished, tmp_path):
    config = write(tmp_path / "halves.yaml", evaluation={"resamples": 2, "resampled": "rankings"})
    target = "results/tiny/split0/classification/frequencies.csv"
    plan = set(planned(finished, "--configfile", config))
    assert {"resample_baselines", "resample_jacobian", "collect_frequencies"} <= plan
    assert not {"resample_bernoulli", "prepare", "select_baselines", "evaluate_baselines"} & plan
    done = snakemake(finished, target, "--cores", 2, "--configfile", config)
    assert done.returncode == 0, done.stdout
    table = pd.read_csv(finished / target)
    assert set(table["selector"]) == {"jacobian-ranking", "greedy", "markers", "random"}
    assert set(table["size"]) == set(SIZES)
    assert (table["n_halves"] == 4).all()
    assert set(table["stable"]) == {"no"}  # four halves prove nothing
    panels_of = table.groupby(["selector", "size"])["frequency"].sum()
    assert all(total == pytest.approx(size) for (_, size), total in panels_of.items())


def test_random_cells_stand_beside_held_out_donors(by_donors):
    folder = by_donors
    table = pd.read_csv(folder / "results" / "optimism.csv")
    assert set(table["dataset"]) == {"mine"}
    assert {"greedy", "random", "floor", "ceiling"} == set(table["selector"])
    assert (table["n_donors"] < 5).all()
    assert (table["n_cells"] > 50).all()
    assert (folder / "results" / "figures" / "optimism_mine_classification.svg").is_file()
    prepared = json.loads((folder / "results" / "provenance.json").read_text())["datasets"]
    assert "donors" in prepared["mine"]["split0"]["split"]["test"]
    assert "donors" not in prepared["mine@cells"]["split0"]["split"]["test"]
    page = Page((folder / "results" / "report.html").read_text())
    assert bare_numbers(page) == []
    assert any("better by random cells than by donors" in caption for caption, _ in page.tables)


def test_no_number_of_the_report_stands_alone(results):
    page = Page((results / "report.html").read_text())
    assert bare_numbers(page) == []
    assert len(page.tables) > 20


def test_every_table_of_intervals_names_seeds_splits_and_blocks(results):
    counts = ["n_seeds", "n_splits", "n_blocks"]
    for name in ("summary", "differences", "normalised", "recall"):
        table = pd.read_csv(results / f"{name}.csv")
        assert table.columns[-3:].tolist() == counts
        assert table[counts].notna().all(axis=None)
        assert {"low", "high"} <= set(table.columns)
    floor = pd.read_csv(results / "differences.csv").query("reference == 'floor'")
    assert set(floor["selector"]) == set(SELECTORS)
    floor = floor.dropna(subset=["low_all"])  # empty where only seeds were resampled
    assert (floor["low_all"] <= floor["low"] + 1e-9).mean() > 0.9
    stability = pd.read_csv(results / "stability.csv")
    assert {"nogueira", "nogueira_correlated", "jaccard"} == set(stability["measure"])


def test_the_report_shows_the_split_and_where_the_cells_come_from(results):
    page = (results / "report.html").read_text()
    assert "How the cells are split: training, validation" in page
    assert "counts recovered from it exactly" in page
