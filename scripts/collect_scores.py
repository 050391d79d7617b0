"""Gather all scores and costs of a run, and summarise them."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.panel_files import read_panels
from spinn.records.scores import read_scores
from spinn.statistics.collection import tables_of_run
from spinn.statistics.outcomes import cost_table

scores, runs = read_scores(snakemake.input.scores, snakemake.input.cells)
tables = tables_of_run(
    scores,
    runs,
    cost_table(read_panels(path) for path in snakemake.input.panels),
    n_bootstrap=snakemake.params.n_bootstrap,
    wanted_share=snakemake.params.wanted_share,
)
for name, table in tables.items():
    table.to_csv(snakemake.output[name], index=False)
