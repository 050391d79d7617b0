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
from spinn.explanation.explain import explain_panels
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
table = audit(data, rules, panels, platform)
for row in table[table["met"] == "warning"].to_dict("records"):
    words = row["size"], row["constraint"], row["wanted"], row["got"], row["note"]
    log.warning("%d genes: %s: wanted %s, got %s (%s)", *words)
table.to_csv(snakemake.output.audit, index=False)
load = load_table(data, panels, rules.load)
load.to_csv(snakemake.output.load, index=False, float_format="%.6g")
constraints = constraints_for(rules, data)


def run_of(path):
    """Return selector and seed."""
    return path.about["selector"], path.about["seed"]


judged = [path for path in compared if delivered and run_of(path) == run_of(delivered)]
others = [path for path in compared if path not in judged]
paths = [delivered, *others] if delivered else []
tables = explain_panels(data, paths, sizes, constraints, task=snakemake.wildcards.task)
for size, table, output in zip(sizes, tables, snakemake.output.panels, strict=True):
    shared = {gene for path in judged for gene in path.of_size(size).genes}
    in_judged = table["gene"].isin([*shared, *rules.slots]).map({True: "yes", False: "no"})
    table.assign(in_judged=in_judged, cells="all").to_csv(output, index=False, float_format="%.4g")
