"""spinn: choose the genes worth measuring.

    snakemake --cores 2                          the default: cells that ship inside scanpy
    snakemake --cores 2 --configfile my.yaml     your own cells

Each file in rules/ is one stage; config/README.md explains every key.
"""

import atexit
import os

from snakemake.settings.types import DeploymentMethod
from snakemake.utils import min_version

from spinn.runtime import jobs
from spinn.config.check import ConfigError, check
from spinn.constraints.section import resolve_genes

min_version("9.27")


# What a user has installed for themselves would come before what a conda environment holds.
if DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method:
    os.environ.update(PYTHONNOUSERSITE="1")


# A config with data sets stands alone: Snakemake would merge it into the default one.
if "datasets" not in config:

    configfile: "config/config.yaml"


# In a module of another workflow cells may come from that one's rules.
alone = os.path.samefile(workflow.main_snakefile, workflow.current_basedir.join("Snakefile"))
try:
    config = check(config, cells_exist=alone)
    config["genes"] = resolve_genes(config)
except (ConfigError, OSError, ValueError) as error:
    raise SystemExit(f"config: {error}") from None


# A workflow that takes this one as a module may set another place, by pathvars or by the config.
pathvars:
    results=config["results"],


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/train.smk"
include: "rules/select.smk"
include: "rules/evaluate.smk"
include: "rules/resample.smk"
include: "rules/optimism.smk"
include: "rules/report.smk"


onstart:
    try:
        running = jobs.acquire_lock(".snakemake/spinn.lock")
    except RuntimeError as error:
        raise SystemExit(f"spinn: {error}") from None


onerror:
    # At exit: the cause is the last thing that a user reads, after Snakemake's own last words.
    atexit.register(jobs.write_causes, log, os.getcwd())


rule all:
    default_target: alone
    input:
        report=f"{RESULTS}/report.html",
        orders=ORDERS,
    message:
        "report: {input.report}"
