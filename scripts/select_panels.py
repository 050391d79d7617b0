"""Choose the panels of one family of selectors, for every seed."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=snakemake.params.needs)

from pathlib import Path

from spinn.constraints.measured import constraints_of
from spinn.data import read_prepared
from spinn.records.documents import documented
from spinn.runtime.keys import run_keys
from spinn.selectors.choose import choose_each, open_cells
from spinn.selectors.run import Run
from spinn.settings import read_settings

config, keys = snakemake.params.config, run_keys(snakemake.wildcards.items())
data = read_prepared(snakemake.input.prepared, parts=("train", "valid"))
constraints, identity = constraints_of(config["genes"], data), data.identity()
bases = snakemake.input.get("bases", [])
base_files = dict(zip(snakemake.params.seeds, bases, strict=True)) if bases else {}
# A job of a package or of `recommended` has all tasks, any other the task of its wildcard.
runs = [
    (task or keys["task"], Run(selector, snakemake.params.sizes, seed, constraints))
    for task, selector, seed in snakemake.params.runs
]


def open_task(task):
    """Return the cells of a task, ready for the family."""
    return open_cells(
        runs[0][1].selector,
        data,
        task,
        read_settings(config),
        device=config.get("device", "cpu"),
        threads=snakemake.threads,
        base_files=base_files,
    )


choices = choose_each(runs, open_task)
for (task, run), choice, output in zip(runs, choices, snakemake.output.panels, strict=True):
    of_run = {"task": task, "selector": run.selector, "seed": run.seed, "data": identity}
    about = {**keys, **of_run, **snakemake.params.get("about", {})}
    path = documented(choice, about, config=config, threads=snakemake.threads)
    path.save(Path(output).parent)
