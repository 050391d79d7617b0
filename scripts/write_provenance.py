"""Write down inputs, filters, versions, seeds and the whole config."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py", "jinja2"])

from spinn.jobs.report import write_provenance

write_provenance(
    dict(zip(map(tuple, snakemake.params.datasets), snakemake.input.prepared, strict=True)),
    output=snakemake.output.provenance,
    config_output=snakemake.output.config,
    config=snakemake.params.config,
    root=snakemake.params.root,
)
