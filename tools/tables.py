"""Write the generated tables of the documents: `make tables`; `--check` only reports stale ones.

A table stands between the lines ``<!-- table: NAME -->`` and ``<!-- end -->``. Names: `rankers`,
`baselines`, `peers` and `packages`, from the registry of selectors; `keys SECTION`, the keys of a
section of the config, from its schema.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from spinn.config.schema import load_schema
from spinn.selectors.registry import ENTRIES

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "config" / "README.md")
MARKED = re.compile(r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return a document with its tables as they should be."""
    return MARKED.sub(lambda match: f"{match[1]}{table(match[2])}\n{match[3]}", text)


def table(name: str) -> str:
    """Return a table by its name.

    Raises
    ------
    KeyError
        If there is no such table.
    """
    what, _, section = name.partition(" ")
    if what == "keys":
        head = ("key", "meaning", "type", "default", "example")
        return _table(head, map(_row, _leaves(load_schema(), section)))
    heads = {
        "rankers": ("ranker", "gate and its penalty", "score of a gene", "source"),
        "baselines": ("baseline", "takes"),
        "peers": ("peer", "takes", "source"),
        "packages": ("package", "chooses by", "source"),
    }
    entries = (entry for entry in ENTRIES.values() if entry.kind == what.removesuffix("s"))
    rows = (
        (f"`{entry.name}`", *([entry.noise] if entry.noise else []), entry.takes, entry.source)
        for entry in entries
    )
    return _table(heads[what], (row[: len(heads[what])] for row in rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _leaves(rule: dict[str, Any], section: str, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, schema) of the keys of a section; `top` for those without one."""
    inner = rule.get("properties") or {"NAME": rule.get("additionalProperties")}
    for key, part in inner.items():
        dotted = f"{name}.{key}".removeprefix(".")
        if part and part.get("type") == "object":
            yield from _leaves(part, section, dotted)
        elif part and section == (dotted.partition(".")[0] if "." in dotted else "top"):
            yield dotted, part


def _row(leaf: tuple[str, dict[str, Any]]) -> Sequence[str]:
    key, rule = leaf
    names = rule.get("items", rule).get("enum")
    kind = rule["title"]
    if names:
        known = ("null" if name is None else name for name in names)
        kind = ("list of " if "items" in rule else "one of ") + ", ".join(known)
    default = f"`{_written(rule['default'])}`" if "default" in rule else "must be given"
    example = f"`{_written(rule['examples'][0])}`"
    return f"`{key}`", rule["description"], kind, default, example


def _written(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=9999)
    return text.removesuffix("...\n").strip()


def main() -> None:
    """Write the tables, or name the documents whose tables are stale and exit with 1."""
    stale = [path for path in DOCUMENTS if filled(text := path.read_text("utf-8")) != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(filled(path.read_text("utf-8")), encoding="utf-8")
    elif stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise SystemExit(f"stale tables in {names}: run `make tables`")


if __name__ == "__main__":
    main()
