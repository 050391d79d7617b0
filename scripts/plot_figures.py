"""Draw the figures of one data set and task."""

from pathlib import Path

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "matplotlib"])

from spinn.jobs.figures import plot_figures

plot_figures(
    dict(snakemake.input.items()),
    snakemake.input.panels,
    folder=str(Path(snakemake.output.figures[0]).parent),
    dataset=snakemake.wildcards.dataset,
    task=snakemake.wildcards.task,
)
