"""Choose the recommended panels, for every seed."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import run_keys, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["torch", "numpy", "scipy", "h5py", "safetensors", "sklearn"])

from spinn.jobs.recommend import select_recommended

select_recommended(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.output.panels, strict=True)),
    about=run_keys(snakemake.wildcards.items()),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
    threads=snakemake.threads,
)
