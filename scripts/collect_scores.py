"""Gather all scores and summarise them."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import collect_scores

collect_scores(
    snakemake.input.scores,
    snakemake.input.cells,
    dict(snakemake.output.items()),
    panels=snakemake.input.panels,
    n_bootstrap=snakemake.params.n_bootstrap,
    wanted_share=snakemake.params.wanted_share,
)
