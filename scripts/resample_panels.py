"""Count how often selectors choose each gene on halves of the training cells."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=snakemake.params.needs)

from spinn.constraints.measured import constraints_of
from spinn.data import read_prepared
from spinn.selectors.choose import choose, open_cells
from spinn.selectors.run import Run
from spinn.settings import read_settings
from spinn.stability.frequencies import frequencies

config, params = snakemake.params.config, snakemake.params
data = read_prepared(snakemake.input.prepared, parts=("train", "valid"))
constraints = constraints_of(config["genes"], data)


def choose_on_half(half, *, seed):
    """Return each selector's panels on one half of the training cells."""
    cells = open_cells(
        params.selectors[0],
        half,
        snakemake.wildcards.task,
        read_settings(config),
        device=config.get("device", "cpu"),
        threads=snakemake.threads,
    )
    runs = [Run(selector, params.sizes, seed, constraints) for selector in params.selectors]
    return {run.selector: choose(cells, run).path for run in runs}


table = frequencies(data, choose_on_half, sizes=params.sizes, n_pairs=params.resamples)
stable = table["stable"].map({True: "yes", False: "no"})
table.assign(stable=stable).to_csv(snakemake.output.frequencies, index=False, float_format="%.4g")
