"""Digests of the package's sources, so that Snakemake reruns what an edit touches.

Snakemake notices an edited script but not an edited module that the script imports. A rule that
passes ``params: code=digest.script(...)`` reruns when a module changes that its script imports,
directly or through others, and does not when other modules do.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# Module -> pattern of the files that it reads or runs.
DATA = {"report.page": "report/templates/**/*", "platforms.reader": "platforms/*.yaml"}
BEFORE_WORK = {"runtime.jobs"}  # logs and threads: no result depends on it
LOOKS = {repr(key) for key in ("takes", "order", "source", "noise", "colour", "marker")}
LENGTH = 12  # hexadecimal digits: 48 bits, enough to tell the versions of one checkout apart


def script(path: str | Path, *modules: str, root: Path = PACKAGE) -> str:
    """Return a digest of all modules of the package that a script imports, and of further ones.

    The first 12 hexadecimal digits of a SHA-256 over the names and bytes of the files, in which the
    script itself has no part, nor what a selector's ``ENTRY`` says for tables and figures.
    ``modules`` are names below the package, "selectors.choose", of modules that are loaded by name;
    ``root`` is the folder of the package.
    """
    digest = hashlib.sha256()
    imported = imports(Path(path), root) - BEFORE_WORK
    for name, source in reached([*imported, *modules], root).items():
        read = sorted(root.glob(DATA[name])) if name in DATA else []
        for each in (source, *(path for path in read if path.is_file())):
            content = hashlib.sha256(_without_looks(each.read_bytes())).hexdigest()
            digest.update(f"{each.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:LENGTH]


def _without_looks(source: bytes) -> bytes:
    """Return a source with only that of its ``ENTRY`` which is not just for tables and figures."""
    if b"\nENTRY = {" not in source:
        return source
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="ENTRY")], value=ast.Dict(keys, values)):
                pairs = [(k and ast.unparse(k), v) for k, v in zip(keys, values, strict=True)]
                kept = [(key, ast.unparse(value)) for key, value in pairs if key not in LOOKS]
                lines, last = source.splitlines(keepends=True), node.end_lineno or node.lineno
                return b"".join((*lines[: node.lineno - 1], repr(kept).encode(), *lines[last:]))
    return source


def reached(modules: Iterable[str], root: Path = PACKAGE) -> dict[str, Path]:
    """Return the files of modules, their folders, and all that they import, also through others."""
    files, waiting = dict[str, Path](), list(modules)
    while waiting:
        name = waiting.pop()
        if name not in files:
            path = _path(name, root)
            if path is None:
                raise ValueError(f"{name!r} is not a module of {root.name}")
            files[name] = path
            waiting += [*_modules(name, root), *imports(path, root)]
    return dict(sorted(files.items()))


def imports(path: Path, root: Path = PACKAGE) -> frozenset[str]:
    """Return the package's modules that one file imports itself, anywhere in its source.

    Imports inside functions count; those for type checking do not, for they never run. A folder
    stands for its ``__init__``. The package's own ``__init__`` is left out: it holds names alone.
    """
    dotted = _imported(path.read_bytes(), root.name)
    return frozenset(name for one in dotted for name in _modules(one, root))


@cache
def _imported(source: bytes, package: str) -> frozenset[str]:
    """Return the dotted names below the package that a source imports."""
    return frozenset(
        name.removeprefix(f"{package}.")
        for name in _targets(ast.parse(source))
        if name.startswith(f"{package}.")
    )


def _targets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _targets(child)


def _modules(dotted: str, root: Path) -> Iterator[str]:
    """Yield the module that a dotted name leads to, and the folders on the way."""
    for name in accumulate(dotted.split("."), "{}.{}".format):
        if _path(name, root):
            yield name


def _path(name: str, root: Path) -> Path | None:
    """Return the file of a module, of a folder its ``__init__``; None where there is none."""
    place = root.joinpath(*name.split("."))
    places = (place.with_name(f"{place.name}.py"), place / "__init__.py")
    return next((path for path in places if path.is_file()), None)


def folder(path: str | Path) -> str:
    """Return a digest of the names, sizes and times of a folder's files (a zarr store's, say).

    Snakemake checks the folder's own time only, which stays when a file inside is rewritten.
    """
    digest = hashlib.sha256()
    for entry in sorted(Path(path).rglob("*")):
        about = entry.stat()
        digest.update(f"{entry.relative_to(path)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:LENGTH]


def file(path: str | Path) -> str | None:
    """Return a digest of one file's bytes; None where there is no such file."""
    if not Path(path).is_file():
        return None
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:LENGTH]
