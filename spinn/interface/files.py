"""Files of the command line: named lists of genes, settings, results written in one step."""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from spinn.constraints.files import read_terms
from spinn.panel import PanelPath
from spinn.panel_files import load_panel

_LISTS = (".txt", ".csv", ".tsv", ".json")  # how a word ends that can only be meant as a file
Result = TypeVar("Result")


def named_panels(words: Iterable[str]) -> dict[str, PanelPath]:
    """Return panels by name, from words NAME=FILE or FILE, named after the file."""
    paths: dict[str, str] = {}
    for word in words:
        name, _, path = word.rpartition("=")
        name = name or Path(path).stem
        if name in paths:
            raise ValueError(f"two lists are called {name!r}; write NAME={path}")
        paths[name] = path
    return {name: load_panel(path) for name, path in paths.items()}


def listed_terms(words: Iterable[str]) -> list[str]:
    """Return genes and families, those of files in the place of the words that name a file."""
    terms: list[str] = []
    for word in words:
        if Path(word).is_file():
            terms += read_terms(word)
        elif word.endswith(_LISTS):
            raise FileNotFoundError(f"no such file of genes: {word}")
        else:
            terms.append(word)
    return list(dict.fromkeys(terms))


def read_config(path: str | None) -> Mapping[str, Any] | None:
    """Return the settings of a YAML file; None without one."""
    if path is None:
        return None
    try:
        settings = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(settings, Mapping):
        raise ValueError(f"{path}: must hold keys and values, got {type(settings).__name__}")
    return settings


def check_writable(path: str, endings: Iterable[str]) -> None:
    """Raise ValueError unless the path has a known ending and its folder can be written to."""
    target, known = Path(path), tuple(endings)
    if target.suffix not in known:
        raise ValueError(f"{path}: the output must end in {' or '.join(known)}")
    if target.is_dir():
        raise ValueError(f"{path}: is a folder; name a file")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise ValueError(f"{path}: no folder {target.parent} to write to; make it first")


def atomic_write(path: str, write: Callable[[Path], object]) -> None:
    """Let a function write a file next to ``path``, then move it there in one step."""
    target = Path(path)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        draft = Path(folder) / target.name
        write(draft)
        draft.replace(target)


def check_new_folder(path: str | Path) -> Path:
    """Return the path of a folder to be written; ValueError unless it is new or empty."""
    target = Path(path)
    if target.exists() and not target.is_dir():
        raise ValueError(f"{path}: is a file; name a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise ValueError(f"{path}: holds files; name a new folder, or empty this one first")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise ValueError(f"{path}: no folder {target.parent} to write to; make it first")
    return target


def atomic_folder(target: Path, write: Callable[[Path], Result]) -> Result:
    """Let a function fill a folder next to ``target``, then move it there in one step."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        draft = Path(folder) / target.name  # inside, for the outer one is closed to others
        draft.mkdir()
        result = write(draft)
        draft.replace(target)
    return result
