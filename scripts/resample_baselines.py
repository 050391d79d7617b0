"""Choose the panels of baselines on halves of the training cells; count the genes."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["anndata", "scanpy", "numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.resample import resample_baselines

resample_baselines(
    snakemake.input.prepared,
    snakemake.params.selectors,
    output=snakemake.output.frequencies,
    task=snakemake.wildcards.task,
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
)
