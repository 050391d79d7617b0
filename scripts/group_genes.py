"""Find the genes that stand in for each other."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.groups import group_genes

group_genes(snakemake.input.prepared, output=snakemake.output.groups)
