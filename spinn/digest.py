"""Digests of the package's own sources, so that Snakemake reruns what an edit touches.

Snakemake notices an edited script but not an edited module that the script imports. A rule that
passes ``params: code=digest.modules("selection")`` reruns when `spinn.selection`, or anything of
spinn that it imports directly or through others, changes, and does not when other modules do.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
DATA = {"report": "templates"}  # module -> folder of files that it reads
INIT = "__init__"
LENGTH = 12  # hexadecimal digits: 48 bits, enough to tell the versions of one checkout apart


def modules(*names: str, root: Path = PACKAGE) -> str:
    """Return a digest of modules and of everything of the package that they import.

    Parameters
    ----------
    *names
        Names of modules without the package's name: "selection". A folder counts as one module.
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
    for path in (path for name in sorted(found) for path in _files(name, root)):
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
    found: set[str] = set()
    for path in _sources(name, root):
        inside = path.relative_to(root).parent.parts
        for parts in _imported(path.read_bytes(), (root.name, *inside)):
            found.add(parts[1] if len(parts) > 1 and _exists(parts[1], root) else INIT)
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


def _exists(name: str, root: Path) -> bool:
    return (root / f"{name}.py").is_file() or (root / name / "__init__.py").is_file()


def _sources(name: str, root: Path) -> list[Path]:
    single = root / f"{name}.py"
    if single.is_file():
        return [single]
    if (root / name / "__init__.py").is_file():
        return sorted((root / name).rglob("*.py"))
    if name == INIT:  # a package without one has nothing to add
        return []
    known = sorted(path.stem for path in root.glob("*.py") if path.stem != INIT)
    raise ValueError(f"{name!r} is not a module of {root.name}; its modules are {known}")


def _files(name: str, root: Path) -> list[Path]:
    data = sorted((root / DATA[name]).rglob("*")) if name in DATA else []
    return _sources(name, root) + [path for path in data if path.is_file()]


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
    return digest.hexdigest()[:12]


def file(path: str | Path) -> str | None:
    """Return a digest of one file's bytes; None where there is no such file."""
    if not Path(path).is_file():
        return None
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:LENGTH]
