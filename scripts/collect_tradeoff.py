"""Gather what panels for types and genes at once cost either goal."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas"])

from spinn.panel_files import read_panels
from spinn.records.tradeoff import tradeoff

table = tradeoff(map(read_panels, snakemake.input.panels))
table.to_csv(snakemake.output.table, index=False, float_format="%.6g")
