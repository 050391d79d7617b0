"""A peer's job writes panels, or why there are none, whatever the peer does."""

import json
from dataclasses import replace

import pytest

from spinn.jobs import external as jobs_external
from spinn.jobs.external import select_with_peer
from spinn.panel_files import read_panels
from tests.support.cells import make_data
from tests.support.peers import calls, install

SIZES = [4, 2]
TASKS = ("reconstruction", "classification")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a peer's job on small cells; return its documents by (task, seed)."""

    def go(peer, kind=None, *, data=None, required=(), limit=30.0, tasks=TASKS, seeds=(0,)):
        data = data or make_data()
        seen = data.of("train", "valid")
        monkeypatch.setattr(jobs_external, "read_prepared", lambda path, parts: seen)
        folder = tmp_path / "peers"
        if kind is not None:
            install(folder, **{peer: kind})
        outputs = {
            (task, seed): str(tmp_path / task / f"seed{seed}" / "panels.json")
            for seed in seeds
            for task in tasks
        }
        select_with_peer(
            "prepared.h5ad",
            outputs,
            peer=peer,
            about={"dataset": "d", "split": 0},
            sizes=SIZES,
            config={
                "genes": {"required": list(required), "excluded": ["g19"]},
                "peers": {"folder": str(folder), "time_limit_s": limit, "memory_gb": 4},
            },
            threads=1,
        )
        return {key: read_panels(path) for key, path in outputs.items()}

    return go


def test_a_good_peer_has_panels_and_says_what_they_cost(run, tmp_path):
    found = run("lassonet", "good", required=["g03"])
    assert sorted(calls(tmp_path / "peers", "lassonet")) == [(task, "0") for task in sorted(TASKS)]
    for (task, seed), path in found.items():
        assert path.failed is None
        assert [panel.genes for panel in path.panels] == [
            ("g03", "g18", "g17", "g16"),
            ("g03", "g18"),
        ]
        about = path.about
        assert (about["task"], about["seed"], about["selector"]) == (task, seed, "lassonet")
        assert about["settings"]["mended"] == {}
        assert about["settings"]["peers"] == {"time_limit_s": 30.0, "memory_gb": 4}
        assert about["made_by"]["seconds"] > 0
        assert about["made_by"]["versions"]["lassonet"]
        assert [place.gene for place in path.ranking] == list(path.panels[0].genes)


def test_a_peer_is_asked_once_for_what_it_answers_alike(run, tmp_path):
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
def test_a_peer_that_fails_leaves_a_file_that_says_so(run, kind, error, tmp_path):
    limit = 0.5 if kind == "sleeps" else 30.0
    for (task, seed), path in run("cosg", kind, limit=limit).items():
        assert path.panels == path.ranking == ()
        with pytest.raises(ValueError, match=f"^{error}$"):
            raise ValueError(path.failed)
        text = (tmp_path / task / f"seed{seed}" / "panels.json").read_text()
        assert json.loads(text)["panels"] == []
        table = (tmp_path / task / f"seed{seed}" / "ranking.csv").read_text()
        assert table == "gene,rank,score,among\n"


def test_one_seed_may_fail_alone(run):
    found = run("lassonet", "fails_once", tasks=("hurdle",), seeds=(0, 1))
    assert found["hurdle", 0].failed is None
    assert found["hurdle", 1].failed.startswith("ended with status 1: ZeroDivisionError")


def test_a_peer_that_took_all_its_time_is_not_asked_for_other_seeds(run, tmp_path):
    found = run("lassonet", "sleeps", limit=0.5, tasks=("hurdle", "reconstruction"), seeds=(3, 4))
    for task in ("hurdle", "reconstruction"):
        assert found[task, 3].failed == "over its time limit of 0.5 s"
        assert found[task, 4].failed == "not asked: over its time limit of 0.5 s with seed 3"
        assert found[task, 4].about["made_by"]["seconds"] == 0


def test_missing_labels_fail_where_types_are_needed(run, tmp_path):
    bare = replace(make_data(), labels=None, classes=())
    for path in run("spapros", "good", data=bare).values():
        assert path.failed == "needs labels; name an obs column as label"
    assert calls(tmp_path / "peers", "spapros") == []


def test_what_is_filled_up_is_told(run):
    path = run("cosg", "few")["reconstruction", 0]
    assert path.of_size(4).genes[:2] == ("g00", "g01")
    assert path.about["settings"]["mended"] == {"4": {"by_greedy": 2}}
    path = run("scgenefit", "repeats")["reconstruction", 0]
    assert path.about["settings"]["mended"] == {
        "4": {"repeated": 3, "by_greedy": 3},
        "2": {"repeated": 1, "by_greedy": 1},
    }


def test_the_same_cells_give_the_same_file_but_for_made_by(run):
    first, second = (
        {key: {**path.document(), "made_by": None} for key, path in run("cosg", kind).items()}
        for kind in ("good", None)  # installed by the first call
    )
    assert first == second


def test_impossible_sizes_stop_the_job(run):
    with pytest.raises(ValueError, match=r"sizes must lie in 5\.\."):
        run("cosg", "good", required=[f"g0{i}" for i in range(5)])
