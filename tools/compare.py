"""Compare the results of two runs file by file: `python -m tools.compare BEFORE AFTER`.

Everything is compared byte for byte but what may differ between equal runs: `made_by` in
panels.json, the cost of training in networks, and costs.csv's seconds and memory. Columns can be
left out: `--without why` for texts whose words have changed. Prints what differs, or how many files
are equal.
"""

import argparse
import csv
import json
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

COSTS = ("seconds", "peak_mb")
# Their dates, paths or times differ, or they hold nothing that other files do not hold.
SKIPPED = ("logs", "benchmarks", "report.html", "provenance.json", "config.yaml")


def compare(before: Path, after: Path, without: Collection[str] = ()) -> list[str]:
    """Return the relative paths of the files that differ or that one side lacks.

    Parameters
    ----------
    before, after
        Results folders.
    without
        Columns of CSV files that are not compared.
    """
    names = sorted({*_names(before), *_names(after)})
    return [
        name
        for name in names
        if not ((before / name).exists() and (after / name).exists())
        or _content(before / name, without) != _content(after / name, without)
    ]


def _names(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in paths if path.parts[0] not in SKIPPED]


def _content(path: Path, without: Collection[str]) -> Any:
    readers: dict[str, Callable[[Path], Any]] = {
        ".json": _document,
        ".csv": partial(_rows, without={*without, *COSTS}),
        ".npz": lambda path: _arrays(dict(np.load(path, allow_pickle=False))),
        ".safetensors": lambda path: _arrays(load_file(path)),
    }
    return readers.get(path.suffix, Path.read_bytes)(path)


def _document(path: Path) -> Any:
    document = json.loads(path.read_text(encoding="utf-8"))
    document.pop("made_by", None)
    return document


def _rows(path: Path, without: Collection[str]) -> Any:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [[value for name, value in row.items() if name not in without] for row in rows]


def _arrays(arrays: dict[str, Any]) -> dict[str, tuple[str, bytes]]:
    return {name: (str(array.dtype), array.tobytes()) for name, array in arrays.items()}


def main() -> None:
    """Print the comparison; exit with 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--without", nargs="*", default=())
    options = parser.parse_args()
    different = compare(options.before, options.after, options.without)
    print("\n".join(different) or f"{len(_names(options.after))} files equal")
    raise SystemExit(bool(different))


if __name__ == "__main__":
    main()
