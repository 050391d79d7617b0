"""Write the recommended panels with their reasons."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import recommend

recommend(
    snakemake.input.prepared,
    dict(zip(map(tuple, snakemake.params.runs), snakemake.input.panels, strict=True)),
    dict(zip(snakemake.params.sizes, snakemake.output.panels, strict=True)),
    audited=snakemake.output.audit,
    config={**snakemake.params.config, "task": snakemake.wildcards.task},
)
