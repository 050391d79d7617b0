"""Platforms: the facts as they were read, each with its source, and files that are refused."""

import pytest
import yaml

from spinn.platforms.platform import MARKS
from spinn.platforms.reader import platform_names, read_platform

UNIT = "molecules per cell, mean"
ENTRY = {"value": 3, "unit": UNIT, "source": "us", "date": "2026-11", "mark": "read"}
COLUMNS = {"Gene": "symbol", "Ensembl ID": "id", "Probe sets": "empty", "Force": "forced"}


def test_the_platforms_are_those_of_the_folder():
    assert platform_names() == ["merscope", "xenium_prime", "xenium_v1"]


@pytest.mark.parametrize("name", platform_names())
def test_every_value_says_where_it_is_from(name):
    platform = read_platform(name)
    assert platform.name == name
    assert len({rule.name for rule in platform.rules}) == len(platform.rules)
    for rule in platform.rules:
        assert all((rule.unit, rule.source, rule.date)), rule.name
        assert rule.mark in MARKS, rule.name


def test_xenium_v1_has_the_numbers_that_were_read():
    platform = read_platform("xenium_v1")
    assert platform.load == {
        "max_per_type": 50,
        "min_in_some_type": 0.1,
        "max_share_of_three": 0.25,
    }
    assert "100 where it is v3.1" in platform.rule("load.max_per_type").note
    sizes = {"add_on_high": 100, "stand_alone_low": 101, "stand_alone_high": 480}
    assert platform.sizes == sizes
    assert platform.advised_against == ("ACTB", "B2M", "EEF1A1", "GAPDH", "NEAT1")
    assert list(platform.columns.items()) == list(COLUMNS.items())
    marks = {rule.name: rule.mark for rule in platform.rules}
    assert marks["load.max_per_type"] == marks["sizes.add_on_high"] == "second hand"
    assert marks["submission.columns"] == marks["facts.codewords_per_gene"] == "read"


def test_what_is_not_known_is_absent():
    merscope = read_platform("merscope")
    assert (merscope.load, merscope.sizes, merscope.advised_against) == ({}, {}, ())
    assert merscope.columns == {}
    assert merscope.rule("facts.abundance_of_a_gene_max").value is None
    assert read_platform("xenium_prime").sizes == {}
    with pytest.raises(KeyError, match=r"load\.max_per_gene"):
        merscope.rule("load.max_per_gene")


def test_a_user_s_own_file_works(tmp_path):
    entries = {"load": {"max_per_gene": ENTRY}, "facts": {"any word": {**ENTRY, "value": None}}}
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump({"title": "Ours", **entries}))
    platform = read_platform(tmp_path / "ours.yaml")
    assert (platform.name, platform.title, platform.load) == ("ours", "Ours", {"max_per_gene": 3})
    assert platform.rule("facts.any word").value is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": 3}, "title: must be text, got 3"),
        ({"laod": {}}, "laod: unknown key; did you mean 'load'?"),
        ({"load": 3}, "load: must hold keys and values, got 3"),
        (
            {"load": {"max_per_tpye": ENTRY}},
            "load.max_per_tpye: unknown key; did you mean 'max_per_type'?",
        ),
        ({"load": {"max_per_type": 3}}, "load.max_per_type: must hold keys and values, got 3"),
        (
            {"load": {"max_per_type": {**ENTRY, "value": "many"}}},
            "load.max_per_type.value: must be a number above 0, or null where unknown; got 'many'",
        ),
        (
            {"sizes": {"add_on_high": {**ENTRY, "value": 1.5}}},
            "sizes.add_on_high.value: must be a whole number of at least 1",
        ),
        (
            {"genes": {"advised_against": {**ENTRY, "value": "ACTB"}}},
            "genes.advised_against.value: must be a list of genes",
        ),
        (
            {"submission": {"columns": {**ENTRY, "value": {"Gene": "name"}}}},
            "must be headings, each with one of symbol, id, forced, empty",
        ),
        (
            {"load": {"max_per_gene": {**ENTRY, "unit": "FPKM"}}},
            "load.max_per_gene.unit: must be molecules per cell, got 'FPKM'; other units stand",
        ),
        ({"facts": {"x": {**ENTRY, "mark": "heard"}}}, "facts.x.mark: must be one of read,"),
        ({"facts": {"x": {**ENTRY, "source": None}}}, "facts.x.source: must be text, got nothing"),
        ({"facts": {"x": {"value": 3}}}, "must have value, unit, source, date and mark; unit is"),
        ({"facts": {"x": {**ENTRY, "when": 3}}}, "facts.x.when: unknown key; there are value,"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(change, message, tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump({"title": "Ours", **change}))
    with pytest.raises(ValueError, match=r"ours\.yaml: ") as caught:
        read_platform(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_that_are_none(tmp_path):
    with pytest.raises(ValueError, match=r"'xenium' is not a platform; did you mean 'xenium_v1'\?"):
        read_platform("xenium")
    with pytest.raises(ValueError, match=r"there are merscope, xenium_prime, xenium_v1\. A file"):
        read_platform("qqq")
    with pytest.raises(FileNotFoundError, match=r"platform: no such file: .*none\.yaml"):
        read_platform(tmp_path / "none.yaml")
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(ValueError, match=r"broken\.yaml: is not valid YAML"):
        read_platform(tmp_path / "broken.yaml")
    (tmp_path / "list.yaml").write_text("- a")
    with pytest.raises(ValueError, match=r"list\.yaml: a platform: must hold keys and values"):
        read_platform(str(tmp_path / "list.yaml"))
