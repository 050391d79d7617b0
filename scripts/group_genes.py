"""Find the genes that stand in for each other."""

from spinn.runtime import check_environment, start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.groups import group_genes

group_genes(snakemake.input.prepared, output=snakemake.output.groups)
