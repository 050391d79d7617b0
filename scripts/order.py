"""Write the files with which the panels of one data set, split and task are ordered."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "yaml"])

from dataclasses import replace
from pathlib import Path

from spinn.constraints.terms import is_family
from spinn.panel_files import first_with_panels, load_panel, read_panels
from spinn.platforms.reader import read_platform
from spinn.records.order import Order, write_order
from spinn.records.rows import read_rows

COMMAND = "spinn run; the config stands in config.yaml of the results"
path = first_with_panels(map(read_panels, snakemake.input.delivered))
name, listed = snakemake.params.platform, snakemake.params.available
platform = None if name is None else read_platform(name)
# What a family of genes stands for is not known here.
is_known = listed and not any(map(is_family, listed))
available = frozenset(listed) if is_known else None
for table, output in zip(snakemake.input.panels, snakemake.output.orders, strict=True):
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    if read_rows(table):  # none where all runs failed
        explained = load_panel(table).about["explained"]
        (size,) = map(int, explained)
        of_size = replace(path, about={**path.about, "explained": explained})
        write_order(folder, Order(of_size, size, platform, available=available, command=COMMAND))
