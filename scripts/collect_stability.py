"""Measure how far panels of different seeds agree."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import collect_stability

collect_stability(
    snakemake.input.panels,
    dict(zip(map(tuple, snakemake.params.datasets), snakemake.input.groups, strict=True)),
    output=snakemake.output.stability,
)
