"""Compare splits by random cells with splits by donors."""

from spinn.runtime.environment import check_environment
from spinn.runtime.jobs import start_log

start_log(snakemake.log[0], snakemake.threads)
check_environment(["numpy", "pandas", "scipy", "h5py"])

from spinn.jobs.collect import collect_optimism

collect_optimism(
    snakemake.input.scores,
    snakemake.input.cells,
    output=snakemake.output.optimism,
    n_bootstrap=snakemake.params.n_bootstrap,
)
