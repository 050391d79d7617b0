"""Judge the recommended panels of one data set, split and task under detection loss.

These are the panels of the comparison, chosen without the test cells.
"""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0], snakemake.threads, needs=["torch", "numpy", "scipy", "h5py", "safetensors"]
)

import logging

import torch

from spinn.data import read_prepared
from spinn.evaluation.judge import make_judge
from spinn.evaluation.robustness import COLUMNS, robustness
from spinn.networks.training import choose_device
from spinn.panel_files import first_with_panels, read_panels
from spinn.records.rows import write_rows
from spinn.runtime.keys import run_keys
from spinn.settings import read_settings
from spinn.statistics.resampling import Resampling

log = logging.getLogger("spinn")
config, keys = snakemake.params.config, run_keys(snakemake.wildcards.items())
torch.set_num_threads(snakemake.threads)
data = read_prepared(snakemake.input.prepared)
path = first_with_panels(map(read_panels, snakemake.input.panels))
panels = path.panels if path else ()
rows = []
if not data.has_counts:
    log.warning("no counts in these data: detection loss cannot be simulated")
elif panels:
    settings, device = read_settings(config), choose_device(config["device"])
    evaluation = config["evaluation"]
    rows = robustness(
        make_judge(data, keys["task"], settings, device=device, headline_only=True),
        panels,
        efficiencies=evaluation["robustness"],
        seeds=snakemake.params.seeds,
        random=Resampling(f"0/{keys['dataset']}/{keys['task']}", evaluation["bootstrap"]),
        split=keys["split"],
    )
of_run = {**keys, "selector": path.about["selector"] if path else ""}
rows = [{**of_run, **row} for row in rows]
write_rows(snakemake.output.robustness, COLUMNS, rows, float_format=".6g")
