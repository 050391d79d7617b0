"""Draw the figures of one data set and task."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "matplotlib"])

from pathlib import Path

from spinn.panel_files import read_panels
from spinn.records.tables import read_table
from spinn.report.figures import FIGURES
from spinn.report.layout import save
from spinn.stability.between_runs import panel_overlap, selected_panels

dataset, task = snakemake.wildcards.dataset, snakemake.wildcards.task
folder = Path(snakemake.output.figures[0]).parent
for name in snakemake.params.figures:
    source, draw = FIGURES[name]
    if source == "panels":
        paths = map(read_panels, snakemake.input.panels)
        table = panel_overlap(panel for path in paths for panel in selected_panels(path))
    else:
        table = read_table(snakemake.input[source])
    save(draw(table, dataset, task), folder / f"{name}_{dataset}_{task}")
