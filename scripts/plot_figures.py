"""Draw the figures of one data set and task."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "matplotlib"])

from pathlib import Path

from spinn.panel_files import read_panels
from spinn.records.tables import read_table
from spinn.report.figure_sources import SOURCES
from spinn.report.figures import DRAWN_BY
from spinn.report.layout import encode
from spinn.stability.between_runs import panel_overlap, panels_to_compare

dataset, task = snakemake.wildcards.dataset, snakemake.wildcards.task
folder = Path(snakemake.output.figures[0]).parent
for name in snakemake.params.figures:
    if SOURCES[name] == "panels":
        paths = map(read_panels, snakemake.input.panels)
        table = panel_overlap(panel for path in paths for panel in panels_to_compare(path))
    else:
        table = read_table(snakemake.input[SOURCES[name]])
    figure = DRAWN_BY[name](table, dataset, task)
    for suffix, content in encode(figure, snakemake.params.formats).items():
        (folder / f"{name}_{dataset}_{task}.{suffix}").write_bytes(content)
