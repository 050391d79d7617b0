"""Choose the panels of all baselines."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["anndata", "scanpy", "numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.baselines import select_baselines

select_baselines(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.panels, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
