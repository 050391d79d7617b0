"""Write the panels that are delivered, gene by gene, with their load and audit: from all cells.

They are those of the first run that did not fail, in the config's order; where all failed, the
panels' files have no row. The column in_judged says which of their genes are in the panel of the
same run that was chosen without the split's test cells and judged on them.
"""

from spinn.runtime.jobs import start_job

start_job(snakemake.log[0], snakemake.threads, needs=["numpy", "pandas", "scipy", "h5py", "yaml"])

import logging

from spinn.constraints.audit import audit
from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.constraints.measured import constraints_for
from spinn.data import read_prepared
from spinn.explanation.delivered import explain_delivered
from spinn.explanation.load_table import load_table
from spinn.panel_files import first_with_panels, read_panels
from spinn.platforms.reader import read_platform

log = logging.getLogger("spinn")
data = read_prepared(snakemake.input.prepared)
delivered = first_with_panels(map(read_panels, snakemake.input.delivered))
compared = [path for path in map(read_panels, snakemake.input.panels) if path.failed is None]
sizes, config = snakemake.params.sizes, snakemake.params.config
rules, name = with_names(read_rules(config["genes"]), data.names), config["platform"]
platform = None if name is None else read_platform(name)
panels = {size: delivered.of_size(size) for size in sizes} if delivered else {}
constraints = constraints_for(rules, data)
table = audit(data, rules, panels, platform, constraints=constraints)
for row in table[table["met"] == "warning"].to_dict("records"):
    words = row["size"], row["constraint"], row["wanted"], row["got"], row["note"]
    log.warning("%d genes: %s: wanted %s, got %s (%s)", *words)
table.to_csv(snakemake.output.audit, index=False)
load = load_table(data, panels, rules.load)
load.to_csv(snakemake.output.load, index=False, float_format="%.6g")
task = snakemake.wildcards.task
tables = explain_delivered(data, delivered, compared, sizes, constraints, task=task)
for table, output in zip(tables, snakemake.output.panels, strict=True):
    table.to_csv(output, index=False, float_format="%.4g")
