"""Measure how far the panels of different seeds and splits agree."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.panel_files import read_panels
from spinn.records.tables import read_table
from spinn.stability.between_runs import panels_to_compare, stability

panels = [
    panel for path in snakemake.input.panels for panel in panels_to_compare(read_panels(path))
]
tables = map(read_table, snakemake.input.groups)
groups = {
    tuple(place): dict(zip(table["gene"], table["group"].astype(int), strict=True))
    for place, table in zip(snakemake.params.datasets, tables, strict=True)
}
stability(panels, groups).to_csv(snakemake.output.stability, index=False)
