"""Compare splits by random cells with splits by donors."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.records.scores import read_scores
from spinn.statistics.bootstrap import bootstrap
from spinn.statistics.collection import complete
from spinn.statistics.optimism import optimism

_, runs = read_scores(snakemake.input.scores, snakemake.input.cells)
draws = bootstrap(complete(runs), n_bootstrap=snakemake.params.n_bootstrap, seed=0)
optimism(draws, snakemake.params.twins).to_csv(snakemake.output.optimism, index=False)
