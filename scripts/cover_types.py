"""Judge how surely the recommended panels of one data set, split and task tell types apart.

These are the panels of the comparison, chosen without the test cells.
"""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.data import read_prepared
from spinn.explanation.coverage import coverage
from spinn.panel_files import first_with_panels, read_panels

path = first_with_panels(map(read_panels, snakemake.input.panels))
panels = {panel.size: panel for panel in reversed(path.panels)} if path else {}
table = coverage(read_prepared(snakemake.input.prepared), panels)
table.to_csv(snakemake.output.coverage, index=False, float_format="%.4g")
