"""Judge how surely the recommended panels of one data set, split and task tell types apart."""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.data import read_prepared
from spinn.explanation.coverage import coverage
from spinn.panel import Panel
from spinn.records.rows import read_rows

tables = [read_rows(path) for path in snakemake.input.panels]
data = read_prepared(snakemake.input.prepared)
rules = with_names(read_rules(snakemake.params.genes), data.names)
base, slots = rules.base_in(data.genes), rules.slots
panels = {
    size: Panel(tuple(row["gene"] for row in table if row["gene"] not in slots), base, slots)
    for size, table in zip(snakemake.params.sizes, tables, strict=True)
    if table  # empty where all runs failed
}
table = coverage(data, panels)
table.to_csv(snakemake.output.coverage, index=False, float_format="%.4g")
