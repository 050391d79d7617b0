"""Choose the panels of one ranker, for every strategy and seed."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors"])

from spinn.jobs.select import select_with_networks

select_with_networks(
    snakemake.input.prepared,
    dict(zip(snakemake.params.seeds, snakemake.input.bases, strict=True)),
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.panels, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
