"""Describe, in one short line each, where a config breaks a schema.

A line names the key, what it got and what would be right, in the words of the schema's titles.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

MAX_LENGTH = 60


def schema_problems(config: object, schema: Mapping[str, Any]) -> list[str]:
    """Return one line for each place where ``config`` breaks ``schema``, in the schema's order."""
    errors = _Validator(schema).iter_errors(config)
    return [line for error in errors for line in _lines(error, schema)]


def shown(value: object) -> str:
    """Return ``value`` as a user would write it in YAML, shortened where it is long."""
    words = {None: "null", True: "true", False: "false"}
    text = words[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 3]}..."


def _is_whole(_checker: object, value: object) -> bool:
    # JSON schema accepts 8.0 as a whole number, but it would end up in the names of files.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_checker: object, value: object) -> bool:
    return _is_whole(None, value) or (isinstance(value, float) and math.isfinite(value))


# The cast because the stub of `extend` has no types.
_Validator = cast("Callable[..., type[Draft202012Validator]]", extend)(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_whole, "number": _is_number}
    ),
)


def _lines(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[str]:
    path, value = error.absolute_path, cast("Any", error.instance)
    rule = cast("Mapping[str, Any]", error.schema)
    match error.validator:
        case "additionalProperties":
            for key in [key for key in value if key not in rule["properties"]]:
                yield f"{_where(path, key)}: unknown key; {_known_key(key, rule, schema)}"
        case "required":
            for key in [key for key in rule["required"] if key not in value]:
                title = rule["properties"][key]["title"]
                yield f"{_where(path, key)}: missing; must be {title}"
        case "uniqueItems":
            twice = next(item for i, item in enumerate(value) if item in value[:i])
            yield f"{_where(path)}: {shown(twice)} is given twice; give each once"
        case "enum":
            known = ["null" if item is None else item for item in rule["enum"]]
            right = _suggestion(value, known, "must be one of")
            yield f"{_where(path)}: {shown(value)} is not {rule['title']}; {right}"
        case _:
            remedy = _remedy(value, rule)
            yield f"{_where(path)}: must be {rule['title']}, got {shown(value)}{remedy}"


def _where(path: Iterable[str | int], *more: str) -> str:
    """Return `datasets.mine.path` or `selectors[2]`; `config` for the whole."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in (*path, *more)]
    return "".join(steps).removeprefix(".") or "config"


def _known_key(key: str, rule: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    elsewhere = [
        f"'{section}.{key}'"
        for section, part in schema["properties"].items()
        if key in part.get("properties", ())
    ]
    if elsewhere and not get_close_matches(key.lower(), rule["properties"]):
        return f"did you mean {' or '.join(elsewhere)}?"
    return _suggestion(key, rule["properties"], "the keys here are")


def _suggestion(value: object, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(str(value).lower(), known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"{otherwise} {', '.join(known)}"


def _remedy(value: object, rule: Mapping[str, Any]) -> str:
    """Return what to write instead, where that is clear; else nothing."""
    if value is None and "default" in rule:
        return "; leave the key out for its default"
    if isinstance(value, str):
        # YAML 1.1 reads 1e-3 as text, and snakemake everything inside brackets after --config.
        number = _number(value)
        if number is not None and _Validator(rule).is_valid(number):
            return f"; write {yaml.safe_dump(number).split()[0]}, unquoted and in a config file"
    elif not isinstance(value, dict | list) and _Validator(rule).is_valid(str(value)):
        return "; put it in quotes"
    return f"; write [{value}]" if _Validator(rule).is_valid([value]) else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number
