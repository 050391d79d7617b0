"""Judge panels on the test cells: those of a family of selectors, or floor and ceiling."""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0], snakemake.threads, needs=["torch", "numpy", "scipy", "h5py", "safetensors"]
)

import logging

import torch

from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.data import read_prepared
from spinn.evaluation.evaluate import evaluate
from spinn.evaluation.judge import make_judge
from spinn.networks.training import choose_device
from spinn.panel_files import read_panels
from spinn.records.cells import write_scores
from spinn.runtime.keys import run_keys
from spinn.selectors.references import reference_panels
from spinn.settings import read_settings

log = logging.getLogger("spinn")
config, keys = snakemake.params.config, run_keys(snakemake.wildcards.items())
runs = [tuple(run) for run in snakemake.params.runs]
torch.set_num_threads(snakemake.threads)
data = read_prepared(snakemake.input.prepared)
files = snakemake.input.get("panels", [])  # references have none
paths = dict(zip(runs, map(read_panels, files), strict=True)) if files else {}
panels = {run: path.panels for run, path in paths.items() if path.failed is None}
if not paths:
    rules = with_names(read_rules(snakemake.params.genes), data.names)
    sizes = snakemake.params.sizes
    base = rules.base_in(data.genes)
    panels = reference_panels(data, keys["task"], sizes, runs, base=base, slots=rules.slots)
settings, device = read_settings(config), choose_device(config["device"])
judge = make_judge(data, keys["task"], settings, device=device) if panels else None
for number, (run, output) in enumerate(zip(runs, snakemake.output.scores, strict=True), 1):
    selector, seed = run
    if run in panels:
        log.info("evaluation %d of %d: %s, seed %d", number, len(runs), selector, seed)
        rows, cells = evaluate(judge, panels[run], seed=seed)
    else:
        log.warning("no panels of %s, seed %d: %s", selector, seed, paths[run].failed)
        rows, cells = [], None
    write_scores(output, {**keys, "selector": selector, "seed": seed}, rows, cells)
