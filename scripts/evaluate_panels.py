"""Judge the panels of one family of selectors on the test cells."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors"])

from spinn.jobs.evaluate import evaluate_panels

evaluate_panels(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.input.panels, strict=True)),
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.scores, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    config=snakemake.params.config,
    threads=snakemake.threads,
)
