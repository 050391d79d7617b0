"""What `check` returns for a config that can be run."""

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.config.check import ConfigError, check

PACKAGED = "scanpy:pbmc68k_reduced"
MINE = {"path": PACKAGED, "label": "bulk_labels"}
DATA_SET = st.fixed_dictionaries(
    {
        "path": st.sampled_from([PACKAGED, "https://example.org/cells.h5ad?version=1"]),
        "label": st.just("type"),
        "targets": st.just(["age"]),
    },
    optional={"layer": st.sampled_from([None, "raw", "spliced"]), "donor": st.just("patient")},
)
SETTINGS = {
    "panel_sizes": st.lists(st.integers(3, 2000), min_size=1, max_size=5, unique=True),
    "seeds": st.lists(st.integers(0), min_size=1, max_size=3, unique=True),
    "tasks": st.permutations(["classification", "regression", "hurdle"]),
    "split": st.fixed_dictionaries({}, optional={"valid": st.floats(0.01, 0.5)}),
    "training": st.fixed_dictionaries(
        {}, optional={"lr": st.floats(1e-6, 1), "basis": st.just("full") | st.integers(1)}
    ),
    "genes": st.fixed_dictionaries({}, optional={"required": st.just(["CD3E", "MS4A1"])}),
}
NAME = st.from_regex(r"[A-Z0-9][A-Za-z0-9_-]{0,5}(\.[a-z]{1,3})?", fullmatch=True)
CONFIG = st.fixed_dictionaries(
    {"datasets": st.dictionaries(NAME, DATA_SET, min_size=1, max_size=2)}, optional=SETTINGS
)


def contains(whole, part):
    """Return whether another nested dict has all values of a part; lists in any order."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], part[key]) for key in part)
    return whole == part or (isinstance(part, list) and sorted(whole) == sorted(part))


@given(CONFIG)
def test_a_checked_config_passes_unchanged_and_the_argument_stays(config):
    before = copy.deepcopy(config)
    once = check(config)
    assert config == before
    assert check(once) == once
    assert list(check(once)) == list(once)
    assert once["panel_sizes"] == sorted(once["panel_sizes"])


@given(CONFIG)
def test_what_is_given_is_kept_and_the_rest_is_filled_in(config):
    checked = check(config)
    assert contains(checked, config)
    defaults = check({"datasets": {"mine": MINE}})
    for key in set(defaults) - set(config):
        assert checked[key] == defaults[key]
    for key in set(config) - {"datasets"}:
        if isinstance(config[key], dict):
            assert checked[key] == defaults[key] | config[key]
    for name, given_keys in config["datasets"].items():
        assert checked["datasets"][name] == defaults["datasets"]["mine"] | given_keys


def test_the_answer_shares_nothing_with_the_argument_or_the_next_answer():
    config = {"datasets": {"mine": MINE}, "genes": {"required": ["a"]}}
    first = check(config)
    first["genes"]["required"].append("b")
    first["genes"]["excluded"].append("c")
    first["seeds"].append(7)
    assert config["genes"] == {"required": ["a"]}
    assert check(config)["genes"]["excluded"] == []
    assert check(config)["seeds"] == [0, 1]


@given(st.text(max_size=8) | st.text("ab./\\-_ \n{}", max_size=8))
def test_an_accepted_name_is_one_folder_below_the_results(name):
    try:
        check({"datasets": {name: MINE}})
    except ConfigError:
        return
    assert Path("results", name).resolve().parent == Path("results").resolve()
    assert name.isascii()
    assert not set(name) & set("{}*?[]/\\ \n")


@pytest.mark.parametrize("name", ["a", "pbmc_3k", "v1.0", "2024-05", "A.b-c_d"])
def test_ordinary_names_are_accepted(name):
    assert list(check({"datasets": {name: MINE}})["datasets"]) == [name]


def test_names_may_be_numbers_and_lists_may_be_tuples():
    assert list(check({"datasets": {2024: MINE}})["datasets"]) == ["2024"]
    assert check({"datasets": {"mine": MINE}, "seeds": (3, 1)})["seeds"] == [3, 1]


def test_local_files_and_remote_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.h5ad").touch()
    Path("b.zarr").mkdir()
    Path("names.txt").touch()
    for path in ("a.h5ad", "b.zarr", "b.zarr/", "https://example.org/c.zarr/", "s3://cells/x.h5ad"):
        assert (
            check({"datasets": {"mine": MINE | {"path": path}}})["datasets"]["mine"]["path"] == path
        )
    for wrong in ("a.zarr", "b.h5ad", "names.txt"):
        with pytest.raises(ConfigError, match=r"^datasets\.mine\.path: (no such file|must end in)"):
            check({"datasets": {"mine": MINE | {"path": wrong}}})
    genes = {"required": "names.txt", "excluded": ["a"], "table": "names.txt"}
    assert check({"datasets": {"mine": MINE}, "genes": genes})["genes"].items() >= genes.items()


def test_types_are_a_goal_where_there_are_labels_and_a_selector_that_follows_it():
    without = {"datasets": {"mine": {"path": PACKAGED}}, "tasks": ["reconstruction"]}
    for goal in ("types", "both"):
        config = {**without, "goal": goal, "selectors": ["recommended"]}
        message = rf"^datasets\.mine\.label: must be an obs column for '{goal}' \(goal\), got null"
        with pytest.raises(ConfigError, match=message):
            check(config)
        assert check({**config, "selectors": ["greedy"]})["goal"] == goal
        assert check({**config, "datasets": {"mine": MINE}})["goal"] == goal
    for goal in ("genes", None):
        assert check({**without, "goal": goal, "selectors": ["recommended"]})["goal"] == goal
    with pytest.raises(ConfigError, match=r"^goal: 7 is not a goal; must be one of .*, null"):
        check({**without, "goal": 7})


def test_cells_without_labels_need_tasks_and_selectors_without_them():
    config = {
        "datasets": {"mine": {"path": PACKAGED}},
        "tasks": ["reconstruction", "hurdle"],
        "selectors": ["greedy"],
        "preprocess": {"n_top_genes": None},
        "panel_sizes": [5000],
    }
    assert check(config)["datasets"]["mine"]["label"] is None
