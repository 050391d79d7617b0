"""Compare the results of two runs file by file: `python -m tools.compare BEFORE AFTER`.

Everything is compared but what may differ between equal runs: `made_by` in panels.json, the cost
of training in networks, and costs.csv's seconds and memory. `--without why` leaves columns out, for
texts whose words have changed; `--renamed came=got` allows a column, or a key of the settings in
panels.json, to have a new name. Prints what differs, or how many files are equal.
"""

import argparse
import csv
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

COSTS = ("seconds", "peak_mb")
# Their dates, paths or times differ, or they hold nothing that other files do not hold.
SKIPPED = ("logs", "benchmarks", "report.html", "provenance.json", "config.yaml")


def compare(
    before: Path,
    after: Path,
    without: Collection[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the relative paths of the files that differ or that one side lacks.

    Parameters
    ----------
    before, after
        Results folders.
    without
        Columns of CSV files that are not compared, by their new names.
    renamed
        Old to new names of columns of CSV files and of keys of the settings in panels.json.
    """
    names = sorted({*_names(before), *_names(after)})
    return [
        name
        for name in names
        if not ((before / name).exists() and (after / name).exists())
        or _content(before / name, without, renamed or {}) != _content(after / name, without, {})
    ]


def _names(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in paths if path.parts[0] not in SKIPPED]


def _content(path: Path, without: Collection[str], renamed: Mapping[str, str]) -> Any:
    readers: dict[str, Callable[[Path], Any]] = {
        ".json": lambda path: _document(path, renamed),
        ".csv": lambda path: _columns(path, without, renamed),
        ".npz": lambda path: _arrays(dict(np.load(path, allow_pickle=False))),
        ".safetensors": _network,
    }
    return readers.get(path.suffix, Path.read_bytes)(path)


def _document(path: Path, renamed: Mapping[str, str]) -> Any:
    document = json.loads(path.read_text(encoding="utf-8"))
    document.pop("made_by", None)
    if "settings" in document:
        settings = document["settings"].items()
        document["settings"] = {renamed.get(key, key): value for key, value in settings}
    return document


def _columns(path: Path, without: Collection[str], renamed: Mapping[str, str]) -> Any:
    """Return names and values of columns in the file's order; of costs the names only."""
    with path.open(newline="", encoding="utf-8") as file:
        columns = [
            (renamed.get(head, head), values)
            for head, *values in zip(*csv.reader(file), strict=True)
        ]
    return [(head, head in COSTS or values) for head, values in columns if head not in without]


def _network(path: Path) -> Any:
    with safe_open(path, framework="numpy") as file:
        about = json.loads((file.metadata() or {}).get("spinn", "{}"))
    about.pop("cost", None)
    return about, _arrays(load_file(path))


def _arrays(arrays: dict[str, Any]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: (str(a.dtype), a.shape, a.tobytes()) for name, a in arrays.items()}


def main() -> None:
    """Print the comparison; exit with 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--without", nargs="*", default=(), metavar="COLUMN")
    parser.add_argument("--renamed", nargs="*", default=(), metavar="OLD=NEW")
    options = parser.parse_args()
    try:
        renamed = dict(pair.split("=") for pair in options.renamed)
    except ValueError:
        parser.error(f"--renamed takes OLD=NEW, got {options.renamed}")
    different = compare(options.before, options.after, options.without, renamed)
    print("\n".join(different) or f"{len(_names(options.after))} files equal")
    raise SystemExit(bool(different))


if __name__ == "__main__":
    main()
