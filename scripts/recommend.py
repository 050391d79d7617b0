"""Write the recommended panel of each size, gene by gene, and their audit.

It is that of the first run that did not fail, in the config's order; where all failed, the panels'
files have no row.
"""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py"])

from spinn.constraints.audit import audit
from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.data import read_prepared
from spinn.explanation.explain import explain_panels
from spinn.panel_files import read_panels

data = read_prepared(snakemake.input.prepared, parts=("train", "valid"))
paths = [path for path in map(read_panels, snakemake.input.panels) if path.failed is None]
sizes = snakemake.params.sizes
rules = with_names(read_rules(snakemake.params.config["genes"]), data.names)
panels = {size: paths[0].of_size(size) for size in sizes} if paths else {}
audit(data, rules, panels).to_csv(snakemake.output.audit, index=False)
constraints = rules.resolve(data.genes, data.mean)
tables = explain_panels(data, paths, sizes, constraints, task=snakemake.wildcards.task)
for table, output in zip(tables, snakemake.output.panels, strict=True):
    table.to_csv(output, index=False, float_format="%.4g")
