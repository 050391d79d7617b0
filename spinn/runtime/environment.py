"""The environment of a job: where its packages are, and their versions."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import distributions
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

DEPENDENCIES = (
    *("torch", "numpy", "pandas", "scipy", "scikit-learn", "numba", "h5py", "anndata", "scanpy"),
    *("safetensors", "matplotlib", "jinja2", "pyyaml", "jsonschema", "graspologic-native"),
    *("threadpoolctl", "tqdm", "click"),
)

_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA")  # with the variables of threads that they read


def threads_of(number: int) -> dict[str, str]:
    """Return the variables from which numerical libraries learn, when loaded, how many threads."""
    return {f"{library}_NUM_THREADS": str(number) for library in _LIBRARIES}


def check_environment(modules: Sequence[str]) -> None:
    """Refuse to run in a deployed environment with packages of another one.

    ``modules`` holds the import names of the packages that the job needs: "numpy", "sklearn".

    Snakemake appends the folders of its own environment to the search path of a script, so a
    package missing from a rule's conda environment would silently be taken from there. Afterwards
    only the environment's folders and spinn's are searched, which also covers packages' optional
    imports. Does nothing where the interpreter is not one of an activated conda environment, and
    imports nothing.
    """
    if isinstance(modules, str):
        raise TypeError(f"modules must be a sequence of names, got the string {modules!r}")
    if not is_deployed():
        return
    places = {name: _place(name) for name in modules}
    foreign = {name: place for name, place in places.items() if place and not _is_inside(place)}
    if foreign:
        culprits = ", ".join(f"{name} in {place}" for name, place in list(foreign.items())[:3])
        raise RuntimeError(
            f"every package must be imported from the environment {sys.prefix}, but {len(foreign)} "
            f"of {len(places)} would be imported from elsewhere: {culprits}; add what is missing "
            "to the rule's file in envs/"
        )
    root = Path(__file__).resolve().parents[2]
    sys.path[:] = [each for each in sys.path if _is_inside(each) or Path(each).resolve() == root]


def workflow_folder() -> Path:
    """Return the folder of the Snakefile, rules and config: in the wheel, else the checkout."""
    packed = Path(__file__).parents[1] / "workflow"
    return packed if packed.is_dir() else packed.parents[1]


def is_deployed() -> bool:
    """Return whether this interpreter is that of an activated conda environment."""
    conda = os.environ.get("CONDA_PREFIX")
    return bool(conda) and Path(sys.prefix).resolve().is_relative_to(Path(conda or "").resolve())


def versions() -> dict[str, str]:
    """Return the versions of Python and of spinn's installed dependencies, importing none.

    A dependency that is not installed is left out; in a deployed conda environment one that only
    another environment on the search path has counts as not installed.
    """
    path = [place for place in sys.path if not is_deployed() or _is_inside(place)]
    installed = {"python": platform.python_version()}
    for name in DEPENDENCIES:
        for distribution in islice(distributions(name=name, path=path), 1):
            installed[name] = distribution.version
    return installed


def _is_inside(place: str) -> bool:
    """Return whether a file or folder lies in the environment of this interpreter."""
    return Path(place).resolve().is_relative_to(Path(sys.prefix).resolve())


def _place(name: str) -> str | None:
    """Return the file or folder that a package would be imported from, None if there is none."""
    spec = find_spec(name.partition(".")[0])  # a dotted name would import its parents
    if spec is None:
        return None
    if spec.has_location:
        return spec.origin
    return next(iter(spec.submodule_search_locations or ()), None)
