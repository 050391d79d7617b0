"""Write the conda environments in envs/ from the locks and what is installed: `make envs`.

Snakemake's script directive needs nothing of its own in an environment, so each one holds the
dependencies of the steps, all that those need in turn, and no tool of development. A peer's
environment holds what its own lock pins.
"""

import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import is_accelerator, read_lock

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "envs" / "peers"
PYTHON = "3.11.7"  # the version that the lock was made and tested with
LIGHT = ("pandas", "numpy", "scipy", "h5py", "matplotlib", "jinja2", "pyyaml")
# The environments are for Linux, on every machine that writes them.
MARKERS = {
    "python_version": "3.11",
    "python_full_version": PYTHON,
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "sys_platform": "linux",
    "os_name": "posix",
    "extra": "",
}


def environments() -> dict[Path, str]:
    """Return the text of every conda environment file by its path.

    Raises
    ------
    KeyError
        If the lock leaves out a package that an environment needs.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    full = [Requirement(line).name for line in project["dependencies"]]
    pins = read_lock((ROOT / "requirements.txt").read_text())
    wanted = {"spinn": full, "spinn-light": LIGHT}
    ours = {
        ROOT / "envs" / f"{name}.yaml": _conda(name, _pinned(closure(packages), pins))
        for name, packages in wanted.items()
    }
    return ours | {path.with_suffix(".yaml"): _peer(path) for path in sorted(PEERS.glob("*.txt"))}


def closure(packages: Iterable[str]) -> set[str]:
    """Return the canonical names of packages and of all that they need, as installed here."""
    names: set[str] = set()
    waiting = [canonicalize_name(name) for name in packages]
    while waiting:
        name = waiting.pop()
        if name in names or is_accelerator(name):
            continue
        names.add(name)
        needs = [Requirement(line) for line in requires(name) or ()]
        waiting += [
            canonicalize_name(need.name)
            for need in needs
            if need.marker is None or need.marker.evaluate(MARKERS)
        ]
    return names


def _pinned(names: set[str], pins: dict[str, str]) -> list[str]:
    missing = sorted(names - pins.keys())
    if missing:
        raise KeyError(f"requirements.txt leaves out {missing[:3]}; run `make lock`")
    return [pins[name] for name in sorted(names)]


def _peer(path: Path) -> str:
    pins = sorted(read_lock(path.read_text()).values(), key=str.lower)
    return _conda(path.stem, pins, source=f"peers/{path.name}")


def _conda(name: str, lines: list[str], source: str = "requirements.txt") -> str:
    head = [
        f"# Written by `make envs` from {source}; not edited by hand.",
        f"name: {name}",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        f"  - python={PYTHON}",
        "  - pip",
        "  - pip:",
    ]
    return "\n".join(head + [f"      - {line}" for line in lines]) + "\n"


if __name__ == "__main__":
    for path, text in environments().items():
        path.write_text(text)
