"""Train the base models of one gate, one per seed."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors"])

from spinn.jobs.train import train_bases

train_bases(
    snakemake.input.prepared,
    snakemake.output.weights,
    about=run_keys(snakemake.wildcards.items()),
    seeds=snakemake.params.seeds,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
