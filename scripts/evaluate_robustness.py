"""Judge the recommended panels of one data set, split and task under detection loss."""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0], snakemake.threads, needs=["torch", "numpy", "scipy", "h5py", "safetensors"]
)

import logging

import torch

from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.data import read_prepared
from spinn.evaluation.judge import make_judge
from spinn.evaluation.robustness import COLUMNS, robustness
from spinn.networks.training import choose_device
from spinn.panel import Panel
from spinn.records.rows import read_rows, write_rows
from spinn.runtime.keys import run_keys
from spinn.settings import read_settings
from spinn.statistics.resampling import Resampling

log = logging.getLogger("spinn")
config, keys = snakemake.params.config, run_keys(snakemake.wildcards.items())
torch.set_num_threads(snakemake.threads)
data = read_prepared(snakemake.input.prepared)
tables = [table for path in snakemake.input.panels if (table := read_rows(path))]
rules = with_names(read_rules(snakemake.params.genes), data.names)
base, slots = rules.base_in(data.genes), rules.slots
panels = [
    Panel(tuple(row["gene"] for row in table if row["gene"] not in slots), base, slots)
    for table in tables
]
rows = []
if not data.has_counts:
    log.warning("no counts in these data: detection loss cannot be simulated")
elif panels:
    settings, device = read_settings(config), choose_device(config["device"])
    evaluation = config["evaluation"]
    rows = robustness(
        make_judge(data, keys["task"], settings, device=device, headline_only=True),
        sorted(panels, key=lambda panel: -panel.size),
        efficiencies=evaluation["robustness"],
        seeds=snakemake.params.seeds,
        random=Resampling(f"0/{keys['dataset']}/{keys['task']}", evaluation["bootstrap"]),
        split=keys["split"],
    )
of_run = {**keys, "selector": tables[0][0]["selector"] if tables else ""}
rows = [{**of_run, **row} for row in rows]
write_rows(snakemake.output.robustness, COLUMNS, rows, float_format=".6g")
