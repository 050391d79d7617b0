"""Judge the floor and the ceiling on the test cells."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors"])

from spinn.jobs.references import evaluate_references

evaluate_references(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.scores, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
