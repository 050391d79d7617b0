"""Digests of the package's own sources, so that Snakemake reruns what an edit touches.

Snakemake notices an edited script but not an edited module that the script imports. A rule that
passes ``params: code=digest.modules("jobs.select")`` reruns when `spinn.jobs.select`, or anything
of spinn that it imports directly or through others, changes, and does not when other modules do.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# Module -> folder of files that it reads or runs.
DATA = {"report.page": "report/templates", "selectors.peers.packages": "selectors/peers/runners"}
INIT = "__init__"
LENGTH = 12  # hexadecimal digits: 48 bits, enough to tell the versions of one checkout apart


def modules(*names: str, root: Path = PACKAGE) -> str:
    """Return a digest of modules and of everything of the package that they import.

    Parameters
    ----------
    *names
        Names of modules below the package: "selection", "jobs.select". A folder's name stands for
        its ``__init__``.
    root
        The folder of the package.

    Returns
    -------
    str
        The first 12 hexadecimal digits of a SHA-256 over the names and bytes of the files.

    Raises
    ------
    ValueError
        If no name is given or a module does not exist.
    SyntaxError
        If a module cannot be parsed.
    """
    if not names:
        raise ValueError("the digest needs the name of one module at least, got none")
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(imports(name, root=root))
    digest = hashlib.sha256()
    for path in sorted({path for name in found for path in _files(name, root)}):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:LENGTH]


def imports(name: str, *, root: Path = PACKAGE) -> frozenset[str]:
    """Return the package's modules that one module imports itself, anywhere in its source.

    Imports inside functions and those for type checking count too. A name that the package's
    ``__init__`` hands on, and the package as a whole, count as an import of ``__init__``.

    Raises
    ------
    ValueError
        If the module does not exist.
    """
    source = _source(name, root)
    inside = source.relative_to(root).parent.parts
    found = {
        module
        for parts in _imported(source.read_bytes(), (root.name, *inside))
        for module in _reached(parts[1:], root)
    }
    return frozenset(found - {name})


@cache
def _imported(source: bytes, package: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Return the dotted names below the package that a source imports, as tuples of parts."""
    return frozenset(
        parts
        for node in ast.walk(ast.parse(source))
        for parts in _targets(node, package)
        if parts[0] == package[0]
    )


def _targets(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield tuple(alias.name.split("."))
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) + 1 - node.level] if node.level else ()
        base += tuple(node.module.split(".")) if node.module else ()
        for alias in node.names:
            yield (*base, alias.name)


def _reached(parts: tuple[str, ...], root: Path) -> Iterator[str]:
    """Yield the module that a dotted name leads to, and the folders on the way."""
    names = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    there = [name for name in names if _path(name, root)]
    yield from there or [INIT]


def _path(name: str, root: Path) -> Path | None:
    """Return the file of a module, of a folder its ``__init__``; None where there is none."""
    place = root.joinpath(*name.split("."))
    places = (place.with_name(f"{place.name}.py"), place / "__init__.py")
    return next((path for path in places if path.is_file()), None)


def _source(name: str, root: Path) -> Path:
    path = _path(name, root)
    if path is None:
        places = (path.relative_to(root).with_suffix("") for path in root.rglob("*.py"))
        known = sorted(".".join(place.parts) for place in places if place.name != INIT)
        raise ValueError(f"{name!r} is not a module of {root.name}; its modules are {known}")
    return path


def _files(name: str, root: Path) -> list[Path]:
    data = sorted((root / DATA[name]).rglob("*")) if name in DATA else []
    readable = (path for path in data if path.is_file() and path.suffix != ".pyc")
    return [_source(name, root), *readable]


def folder(path: str | Path) -> str:
    """Return a digest of the names, sizes and times of a folder's files (a zarr store's, say).

    Snakemake looks at the folder's own time only, which stands still when a file inside is
    rewritten.
    """
    digest = hashlib.sha256()
    root = Path(path)
    for file in sorted(root.rglob("*")):
        about = file.stat()
        digest.update(f"{file.relative_to(root)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:LENGTH]


def file(path: str | Path) -> str | None:
    """Return a digest of one file's bytes; None where there is no such file."""
    if not Path(path).is_file():
        return None
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:LENGTH]
