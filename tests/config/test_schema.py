"""The schema, and the files that must say the same: config.yaml, README.md, the test config."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from spinn.config.check import ConfigError, check
from spinn.config.messages import schema_problems
from spinn.config.schema import load_schema
from spinn.selectors.registry import EXCHANGE, RANKERS, SELECTORS, STRATEGIES

FOLDER = Path(__file__).parents[2] / "config"
SCHEMA = load_schema()
README = (FOLDER / "README.md").read_text(encoding="utf-8")
PACKAGED = {"path": "scanpy:pbmc68k_reduced", "values": "lognorm", "label": "bulk_labels"}


def rules(rule, name=""):
    """Give (dotted key, schema) of the whole and of every key; NAME stands for a data set."""
    yield name, rule
    inner = rule.get("properties") or {"NAME": rule.get("additionalProperties")}
    for key, part in inner.items():
        if part:
            yield from rules(part, f"{name}.{key}".removeprefix("."))


SECTIONS = {key: rule for key, rule in rules(SCHEMA) if rule.get("type") == "object"}
LEAVES = {key: rule for key, rule in rules(SCHEMA) if rule.get("type") != "object"}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def placed(key, value):
    """Return a config that sets one dotted key."""
    *sections, last = key.replace("NAME", "mine").split(".")
    whole = part = {"datasets": {"mine": dict(PACKAGED)}}
    for section in sections:
        part = part.setdefault(section, {})
    part[last] = value
    return whole


def at(config, key):
    """Return the value of one dotted key."""
    for step in key.replace("NAME", "mine").split("."):
        config = config[step]
    return config


def written(value):
    return yaml.safe_dump(value, default_flow_style=True, width=999).removesuffix("...\n").strip()


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_every_ranker_goes_with_every_strategy():
    selectors = LEAVES["selectors"]["items"]["enum"]
    pairs = {f"{ranker}-{strategy}" for ranker in RANKERS for strategy in STRATEGIES}
    assert {name for name in selectors if "-" in name} == pairs | {f"{p}{EXCHANGE}" for p in pairs}
    assert selectors == list(SELECTORS)
    default = LEAVES["selectors"]["default"]
    assert selectors[: len(default)] == default  # the peers are left out


@pytest.mark.parametrize("key", SECTIONS)
def test_no_section_takes_unknown_keys(key):
    section = SECTIONS[key]
    assert section["title"]
    assert section["description"].endswith(".")
    if key == "datasets":
        assert section["propertyNames"]
    else:
        assert section["additionalProperties"] is False
        assert ("default" in section) == (key not in ("", "datasets.NAME"))


@pytest.mark.parametrize("key", LEAVES)
def test_every_key_is_described_truthfully(key):
    rule = LEAVES[key]
    assert rule["description"].endswith(".")
    assert ("default" in rule) == (key != "datasets.NAME.path")
    for value in [*rule["examples"], *([rule["default"]] if "default" in rule else [])]:
        assert schema_problems(placed(key, value), SCHEMA) == []
    for part in (rule, rule.get("items", {})):  # messages give the range in the title's words
        for bound in ("minimum", "exclusiveMinimum", "exclusiveMaximum"):
            assert str(part.get(bound, "")) in part.get("title", "")


def test_absent_keys_have_the_schemas_defaults():
    checked = check({"datasets": {"mine": PACKAGED}})
    for key, rule in LEAVES.items():
        if key.removeprefix("datasets.NAME.") not in PACKAGED:
            assert at(checked, key) == rule["default"], key


@pytest.mark.parametrize("key", LEAVES)
def test_a_slip_in_any_key_is_recognised(key):
    slip, right = f"{key.replace('NAME', 'mine')}x", key.split(".")[-1]
    line = re.escape(f"{slip}: unknown key; did you mean '{right}'?")
    with pytest.raises(ConfigError, match=f"^{line}"):
        check(placed(f"{key}x", 1))


@given(st.sampled_from([*LEAVES, *SECTIONS]).filter(bool), JUNK)
def test_junk_in_any_key_gives_one_line_or_passes(key, junk):
    config = placed(key, junk)
    try:
        checked = check(config)
    except ConfigError as error:
        line = str(error)
    else:
        line = ""
        assert check(checked) == checked
    assert len(line.splitlines()) <= 1


def test_the_default_config_shows_true_defaults():
    shown = yaml.safe_load((FOLDER / "config.yaml").read_text(encoding="utf-8"))
    assert check(shown)["datasets"]["pbmc68k_reduced"].items() >= PACKAGED.items()
    assert set(SCHEMA["properties"]) - set(shown) == {"rfe", "refit", "evaluation", "peers"}
    for key, rule in LEAVES.items():
        if not key.startswith("datasets."):
            assert at(check(shown), key) == rule["default"], key


def test_the_test_config_passes():
    tiny = check(yaml.safe_load((FOLDER / "tests" / "tiny.yaml").read_text(encoding="utf-8")))
    assert tiny["panel_sizes"] == [4, 8]


@pytest.mark.parametrize("key", LEAVES)
def test_the_readme_has_the_row_of_every_key(key):
    rule = LEAVES[key]
    names = rule.get("items", rule).get("enum")
    kind = rule["title"]
    if names:
        listed = ", ".join("null" if name is None else name for name in names)
        kind = ("list of " if "items" in rule else "one of ") + listed
    default = f"`{written(rule['default'])}`" if "default" in rule else "must be given"
    if names and names == rule["default"]:
        default = "all"
    elif names and isinstance(rule["default"], list) and len(rule["default"]) > len(names) / 2:
        default = "all but " + ", ".join(name for name in names if name not in rule["default"])
    example = written(rule["examples"][0])
    row = f"| `{key}` | {rule['description']} | {kind} | {default} | `{example}` |"
    assert row in README.splitlines()


def test_the_readme_has_no_other_rows_and_its_example_runs(tmp_path, monkeypatch):
    assert set(re.findall(r"^\| `([^`]+)`", README, re.MULTILINE)) == set(LEAVES)
    monkeypatch.chdir(tmp_path)
    Path("cells.h5ad").touch()
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert check(yaml.safe_load(example[1]))["tasks"] == LEAVES["tasks"]["default"]
