"""select_panels.py writes a package's panels, or why there are none, whatever the package does."""

import json

import pytest

from spinn.config.check import check
from spinn.panel_files import read_panels
from tests.support.cells import make_adata
from tests.support.peers import calls, install
from tests.support.selection import prepare, select

TASKS = ["reconstruction", "classification"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A checked config over small cells, and their prepared file."""
    folder = tmp_path_factory.mktemp("cells")
    make_adata().write_h5ad(folder / "cells.h5ad")
    entry = {"path": str(folder / "cells.h5ad"), "values": "counts", "label": "type"}
    config = check(
        {
            "datasets": {"d": entry},
            "preprocess": {"min_cells": 1, "n_top_genes": None},
            "panel_sizes": [4, 2],
            "genes": {"excluded": ["g19"]},
        }
    )
    bare = {**config, "datasets": {"d": {**config["datasets"]["d"], "label": None}}}
    return config, {
        has_labels: prepare(given, folder / f"{has_labels}.h5ad", dataset="d")
        for has_labels, given in ((True, config), (False, bare))
    }


@pytest.fixture
def run(tmp_path, prepared):
    """Run a package's job; return its documents by (task, seed)."""

    def go(package, kind=None, *, required=(), limit=30.0, tasks=TASKS, seeds=(0,), labels=True):
        config, files = prepared
        if kind is not None:
            install(tmp_path / "peers", **{package: kind})
        peers = {"folder": str(tmp_path / "peers"), "time_limit_s": limit, "memory_gb": 4}
        genes = {**config["genes"], "required": list(required)}
        config = {**config, "selectors": [package], "tasks": tasks, "seeds": list(seeds)}
        config |= {"peers": peers, "genes": genes}
        panels = select(config, files[labels], tmp_path, dataset="d")
        return {(task, seed): read_panels(path) for (task, _, seed), path in panels.items()}

    return go


def test_a_good_package_has_panels_and_says_what_they_cost(run, tmp_path):
    paths = run("lassonet", "good", required=["g03"])
    assert sorted(calls(tmp_path / "peers", "lassonet")) == [(task, "0") for task in sorted(TASKS)]
    assert set(paths) == {(task, 0) for task in TASKS}
    for (task, seed), path in paths.items():
        assert path.failed is None
        assert [panel.genes for panel in path.panels] == [
            ("g03", "g18", "g17", "g16"),
            ("g03", "g18"),
        ]
        about = path.about
        assert (about["task"], about["seed"], about["selector"]) == (task, seed, "lassonet")
        assert (about["dataset"], about["split"]) == ("d", 0)
        assert about["settings"]["repairs"] == {}
        assert about["settings"]["peers"] == {"time_limit_s": 30.0, "memory_gb": 4}
        assert about["made_by"]["seconds"] > 0
        assert about["made_by"]["peak_mb"] < 200  # its process's: this one holds more
        assert about["made_by"]["versions"]["lassonet"]
        assert [place.gene for place in path.ranking] == list(path.panels[0].genes)


def test_a_package_runs_once_for_what_it_answers_alike(run, tmp_path):
    run("cosg", "good", seeds=(0, 1))  # neither task nor seed matters to it
    assert len(calls(tmp_path / "peers", "cosg")) == 1
    run("scgenefit", "good", seeds=(0, 1))  # the seed does
    assert [seed for _, seed in calls(tmp_path / "peers", "scgenefit")] == ["0", "1"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (None, "not installed: no .*cosg; `make peers` builds it"),
        ("crashes", "ended with status 1: KeyError: 'no such column'"),
        ("sleeps", "over its time limit of 0.5 s"),
        ("nothing", "the peer chose no gene that may be chosen"),
    ],
)
def test_a_package_that_fails_leaves_a_file_that_says_so(run, kind, error, tmp_path):
    limit = 0.5 if kind == "sleeps" else 30.0
    for (task, seed), path in run("cosg", kind, limit=limit).items():
        assert path.panels == path.ranking == ()
        with pytest.raises(ValueError, match=f"^{error}$"):
            raise ValueError(path.failed)
        folder = tmp_path / task / "cosg" / f"seed{seed}"
        assert json.loads((folder / "panels.json").read_text())["panels"] == []
        assert (folder / "ranking.csv").read_text() == "gene,rank,score,among\n"


def test_one_seed_may_fail_alone(run):
    paths = run("lassonet", "fails_once", tasks=["hurdle"], seeds=(0, 1))
    assert paths["hurdle", 0].failed is None
    assert paths["hurdle", 1].failed.startswith("ended with status 1: ZeroDivisionError")


def test_a_package_that_took_all_its_time_is_not_run_with_other_seeds(run):
    tasks = ["hurdle", "reconstruction"]
    paths = run("lassonet", "sleeps", limit=0.5, tasks=tasks, seeds=(3, 4))
    for task in tasks:
        assert paths[task, 3].failed == "over its time limit of 0.5 s"
        assert paths[task, 4].failed == "not run: over its time limit of 0.5 s with seed 3"
        assert paths[task, 4].about["made_by"]["seconds"] == 0
        assert paths[task, 4].about["settings"] == paths[task, 3].about["settings"]


def test_missing_labels_fail_where_types_are_needed(run, tmp_path):
    for path in run("spapros", "good", labels=False).values():
        assert path.failed == "needs labels; name an obs column as label"
    assert calls(tmp_path / "peers", "spapros") == []


def test_what_is_filled_up_is_counted(run):
    path = run("cosg", "few")["reconstruction", 0]
    assert path.of_size(4).genes[:2] == ("g00", "g01")
    assert path.about["settings"]["repairs"] == {"4": {"by_greedy": 2}}
    path = run("scgenefit", "repeats")["reconstruction", 0]
    assert path.about["settings"]["repairs"] == {
        "4": {"repeated": 3, "by_greedy": 3},
        "2": {"repeated": 1, "by_greedy": 1},
    }


def test_what_is_filled_up_depends_on_the_task_although_the_answer_does_not(run, tmp_path):
    """A regression: every task's panels were filled up for the first task."""
    one = run("cosg", "few", seeds=(0, 1))
    assert len(calls(tmp_path / "peers", "cosg")) == 1
    other = run("cosg", tasks=TASKS[::-1], seeds=(0, 1))
    for key in one:
        assert one[key].panels == other[key].panels
    classes, genes = (one[task, 0].of_size(4).genes for task in TASKS[::-1])
    assert classes[:2] == genes[:2]
    assert classes != genes


def test_the_same_cells_give_the_same_file_but_for_made_by(run):
    first, second = (
        {key: {**path.document(), "made_by": None} for key, path in run("cosg", kind).items()}
        for kind in ("good", None)  # installed by the first call
    )
    assert first == second


def test_impossible_sizes_stop_the_job(run):
    with pytest.raises(ValueError, match=r"sizes must lie in 5\.\."):
        run("cosg", "good", required=[f"g0{i}" for i in range(5)])
