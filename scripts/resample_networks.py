"""Choose the panels of one ranker on halves of the training cells; count the genes."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.resample_networks import resample_networks

resample_networks(
    snakemake.input.prepared,
    snakemake.params.selectors,
    output=snakemake.output.frequencies,
    task=snakemake.wildcards.task,
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
