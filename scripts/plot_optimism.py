"""Draw how much better panels look by random cells than by donors."""

from pathlib import Path

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "matplotlib"])

from spinn.jobs.figures import plot_optimism

plot_optimism(
    snakemake.input.optimism,
    folder=str(Path(snakemake.output.figures[0]).parent),
    dataset=snakemake.wildcards.dataset,
    task=snakemake.wildcards.task,
)
