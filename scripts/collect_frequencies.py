"""Put the selection frequencies of all selectors into one table."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import collect_frequencies

collect_frequencies(snakemake.input.parts, output=snakemake.output.frequencies)
