"""Reading platforms: YAML files, those of this folder by name and a user's own by path.

Vendors change their rules, so none stands in code: every value has its source, date and mark.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from spinn.platforms.platform import CONTENTS, MARKS, UNIT, Platform, Rule

FOLDER = Path(__file__).parent
_FIELDS = ("value", "unit", "source", "date", "mark", "note")


def platform_names() -> list[str]:
    """Return the names of the platforms that spinn ships, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def largest_load() -> float:
    """Return how many molecules of a gene per cell of a type some platform takes, infinite if any.

    The highest limit of the platforms that spinn ships.
    """
    limits = [read_platform(name).load.get("max_per_type") for name in platform_names()]
    return max((limit for limit in limits if limit is not None), default=float("inf"))


def read_platform(name_or_path: str | Path) -> Platform:
    """Return a platform that spinn ships, by name, or a user's, by the path of a ``.yaml``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If there is no platform of that name, or the file is none of a platform; in one line.
    """
    given = str(name_or_path)
    if not given.endswith((".yaml", ".yml")):
        names = platform_names()
        if given not in names:
            raise ValueError(
                f"platform: {given!r} is not a platform; {_suggestion(given, names)} "
                "A file of your own must end in .yaml"
            )
        return _parsed(FOLDER / f"{given}.yaml")
    if not Path(given).is_file():
        raise FileNotFoundError(f"platform: no such file: {given}")
    return _parsed(Path(given))


def _parsed(path: Path) -> Platform:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from None
    try:
        sections = dict(_mapping(document, "a platform"))
        title = sections.pop("title", None)
        if not isinstance(title, str) or not title:
            raise ValueError(f"title: must be text, got {title!r}")
        return Platform(path.stem, title, tuple(_rules(sections)))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _rules(sections: Mapping[str, Any]) -> Iterator[Rule]:
    """Yield the rules of a file's sections, each checked."""
    _check_keys(sections, ("title", *_KEYS), "")
    for section, entries in sections.items():
        known = _KEYS[section]
        keys = _mapping(entries, section)
        if known:
            _check_keys(keys, known, f"{section}.")
        for key, entry in keys.items():
            yield _rule(f"{section}.{key}", entry, known.get(key, _is_anything))


def _rule(name: str, entry: object, wanted_of: "Wanted") -> Rule:
    fields = _mapping(entry, name)
    _check_keys(fields, _FIELDS, f"{name}.")
    if missing := [field for field in _FIELDS[:-1] if field not in fields]:
        raise ValueError(
            f"{name}: must have value, unit, source, date and mark; {missing[0]} is missing"
        )
    value, words = fields["value"], {key: str(fields[key] or "") for key in fields}
    if value is not None and (wanted := wanted_of(value)):
        raise ValueError(f"{name}.value: must be {wanted}, or null where unknown; got {value!r}")
    is_load = name.startswith("load.") and name != "load.max_share_of_three"
    if is_load and not words["unit"].startswith(UNIT):
        raise ValueError(
            f"{name}.unit: must be {UNIT}, got {words['unit']!r}; other units stand among the facts"
        )
    if words["mark"] not in MARKS:
        raise ValueError(f"{name}.mark: must be one of {', '.join(MARKS)}; got {words['mark']!r}")
    if empty := [field for field in ("source", "date") if not words[field]]:
        raise ValueError(f"{name}.{empty[0]}: must be text, got nothing")
    return Rule(name, **{**words, "value": value})


# From a value to what it must be instead; to nothing where it is right.
Wanted = Callable[[Any], str]


def _is_number(value: Any) -> str:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if is_one and value > 0 else "a number above 0"


def _is_share(value: Any) -> str:
    return "" if not _is_number(value) and value <= 1 else "a number above 0 and at most 1"


def _is_size(value: Any) -> str:
    is_one = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_one and value > 0 else "a whole number of at least 1"


def _is_genes(value: Any) -> str:
    is_one = isinstance(value, list) and all(isinstance(gene, str) for gene in value)
    return "" if is_one else "a list of genes"


def _is_columns(value: Any) -> str:
    is_one = isinstance(value, dict) and set(map(str, value.values())) <= set(CONTENTS)
    return "" if is_one else f"headings, each with one of {', '.join(CONTENTS)}"


def _is_anything(_value: Any) -> str:
    return ""


# Sections of a file, their keys, and what each value must be; any key stands among the facts.
_KEYS: Mapping[str, Mapping[str, Wanted]] = {
    "load": dict.fromkeys(
        ("max_per_gene", "max_per_type", "max_total_per_type", "min_in_some_type"), _is_number
    )
    | {"max_share_of_three": _is_share},
    "sizes": dict.fromkeys(
        ("stand_alone_low", "stand_alone_high", "add_on_low", "add_on_high"), _is_size
    ),
    "genes": {"advised_against": _is_genes},
    "submission": {"columns": _is_columns},
    "reference": {"max_gb": _is_number},
    "facts": {},
}


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what}: must hold keys and values, got {value!r}")
    return value


def _check_keys(given: Iterable[Any], known: Iterable[str], place: str) -> None:
    for key in given:
        if key not in known:
            raise ValueError(f"{place}{key}: unknown key; {_suggestion(str(key), known)}")


def _suggestion(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word.lower(), list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
