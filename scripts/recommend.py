"""Write the recommended panel of each size, gene by gene, their load and their audit.

It is that of the first run that did not fail, in the config's order; where all failed, the panels'
files have no row.
"""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py", "yaml"])

import logging

from spinn.constraints.audit import audit
from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.constraints.measured import constraints_for
from spinn.data import read_prepared
from spinn.explanation.explain import explain_panels
from spinn.explanation.load_table import load_table
from spinn.panel_files import read_panels
from spinn.platforms.reader import read_platform

log = logging.getLogger("spinn")
data = read_prepared(snakemake.input.prepared, parts=("train", "valid"))
paths = [path for path in map(read_panels, snakemake.input.panels) if path.failed is None]
sizes, config = snakemake.params.sizes, snakemake.params.config
rules, name = with_names(read_rules(config["genes"]), data.names), config["platform"]
platform = None if name is None else read_platform(name)
panels = {size: paths[0].of_size(size) for size in sizes} if paths else {}
table = audit(data, rules, panels, platform)
for row in table[table["met"] == "warning"].to_dict("records"):
    log.warning("%d genes: %s", row["size"], row["note"])
table.to_csv(snakemake.output.audit, index=False)
load = load_table(data, panels, rules.load)
load.to_csv(snakemake.output.load, index=False, float_format="%.6g")
constraints = constraints_for(rules, data)
tables = explain_panels(data, paths, sizes, constraints, task=snakemake.wildcards.task)
for table, output in zip(tables, snakemake.output.panels, strict=True):
    table.to_csv(output, index=False, float_format="%.4g")
