"""Check, split, normalise and filter one data set."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["anndata", "scanpy", "numpy", "pandas", "scipy"])

from spinn.jobs.prepare import prepare_file

prepare_file(
    snakemake.input.get("cells") or snakemake.params.config["dataset"]["path"],
    snakemake.output.prepared,
    name=snakemake.wildcards.dataset,
    repeat=int(snakemake.wildcards.split),
    sizes=snakemake.params.sizes,
    config=snakemake.params.config,
)
