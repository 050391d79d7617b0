"""Choose the panels of one peer, in its own interpreter, for every task and seed."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "scipy", "h5py"])

from spinn.jobs.external import select_with_peer

select_with_peer(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.panels, strict=True)),
    peer=snakemake.params.peer,
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
