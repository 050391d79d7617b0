"""Gather what is known of panels under detection loss."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import collect_robustness

collect_robustness(snakemake.input.tables, output=snakemake.output.robustness)
