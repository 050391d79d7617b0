"""Choose the panels of one peer that trains networks of its own, for every seed."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py"])

from spinn.jobs.peers import select_peers

select_peers(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.panels, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
