"""Running a script of the workflow in this process, as its rule does."""

import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from snakemake.iocontainers import Namedlist

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run_script(name, *, input, output, params, wildcards=None, threads=1):
    """Run a script with what Snakemake hands it; it starts no log and checks no environment.

    ``input``, ``output``, ``params`` and ``wildcards`` are dicts; a file may be a list of files.
    """
    handed = {"input": input, "output": output, "params": params, "wildcards": wildcards or {}}
    for files in output.values():
        for file in [files] if isinstance(files, str) else files:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
    snakemake = SimpleNamespace(
        **{key: Namedlist(fromdict=values) for key, values in handed.items()},
        log=["script.log"],
        threads=threads,
    )
    with patch("spinn.runtime.jobs.start_job"):
        runpy.run_path(str(SCRIPTS / name), init_globals={"snakemake": snakemake})


def write_imports(job):
    """Run a script with a job's arguments of `run_script`; write the modules of spinn it loaded."""
    run_script(**job)
    names = (name.partition("spinn.") for name in sys.modules)
    json.dump([name for before, _, name in names if name and not before], sys.stdout)
