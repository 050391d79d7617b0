"""What every test gets: fixed seeds, one thread, and the shared data where it is at hand."""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[2] / "shared" / "data"

# Read when the libraries are first loaded, here and in the processes that tests start: several
# threads make tiny networks slower.
for _library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

# A deadline would fail on a busy machine. `ci` repeats the same examples, `dev` tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(autouse=True)
def _reproducible() -> None:
    """Seed what is loaded already; a test that needs no torch must not pay for its import."""
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)  # for what still draws from numpy's global state
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
        torch.set_num_threads(1)


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Give the path of a file of real cells, or skip the test where there is none."""

    def path(name: str) -> Path:
        file = SHARED / name
        if not file.is_file():
            pytest.skip(f"needs the real cells of {name} in shared/data next to the checkout")
        return file

    return path
