"""Train the base models of one gate, one per seed.

Seeds share a job, here and in the scripts that follow: importing torch and reading the cells cost
as much as a run on few genes.
"""

from spinn.runtime.jobs import start_job

start_job(
    snakemake.log[0], snakemake.threads, needs=["torch", "numpy", "scipy", "h5py", "safetensors"]
)

import logging
from functools import partial
from pathlib import Path

from spinn.data import read_prepared
from spinn.networks.training import base_model, open_problem
from spinn.records.networks import save_network
from spinn.records.rows import write_rows
from spinn.runtime.costs import measured
from spinn.runtime.keys import run_keys
from spinn.settings import read_settings

log = logging.getLogger("spinn")
config, keys = snakemake.params.config, run_keys(snakemake.wildcards.items())
settings = read_settings(config)
data = read_prepared(snakemake.input.prepared, parts=("train", "valid"))
problem = open_problem(
    data, keys["task"], settings, device=config["device"], threads=snakemake.threads
)
seeds = snakemake.params.seeds
for number, (seed, output) in enumerate(zip(seeds, snakemake.output.weights, strict=True), 1):
    log.info("base model %d of %d: %s, seed %d", number, len(seeds), keys["gate"], seed)
    train = partial(base_model, problem, keys["gate"], settings, seed=seed)
    fitted, cost = measured(train)
    save_network(fitted.network, Path(output), genes=problem.genes, cost=cost)
    write_rows(Path(output).with_suffix(".csv"), tuple(fitted.history[0]), fitted.history)
