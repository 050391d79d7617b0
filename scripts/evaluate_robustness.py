"""Judge the recommended panels of one data set, split and task under detection loss."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors"])

from spinn.jobs.robustness import evaluate_robustness

evaluate_robustness(
    snakemake.input.prepared,
    snakemake.input.panels,
    snakemake.output.robustness,
    about=run_keys(snakemake.wildcards.items()),
    seeds=snakemake.params.seeds,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
