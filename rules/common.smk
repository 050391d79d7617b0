"""Names, paths and lists that the stages share. No heavy imports: every job parses this."""

import os

from spinn.runtime import digest
from spinn.selectors.registry import RANKER_GATES, SELECTORS, families
from spinn.config.derived import BY_CELLS, compared, with_random_cells
from spinn.config.sections import judging_of, selection_of, training_of

ROOT = os.path.abspath(os.path.join(workflow.current_basedir, ".."))
RESULTS = "<results>"  # Snakemake puts the pathvar in; see Snakefile
DATASETS = with_random_cells(config["datasets"], compare_donors=config["split"]["compare_donors"])
SPLITS = range(config["split"]["repeats"])
TASKS = config["tasks"]
SEEDS = config["seeds"]
SIZES = config["panel_sizes"]
FORMATS = ["svg", "png", "pdf"]

REFERENCES = [
    *(("floor", draw) for draw in range(config["evaluation"]["floor_panels"])),
    *(("ceiling", seed) for seed in SEEDS),
]

PREPARED = f"{RESULTS}/{{dataset}}/split{{split}}/prepared.h5ad"
TASK = f"{RESULTS}/{{dataset}}/split{{split}}/{{task}}"
LOG = f"{RESULTS}/logs/{{dataset}}/split{{split}}"
BENCHMARK = f"{RESULTS}/benchmarks/{{dataset}}/split{{split}}"


wildcard_constraints:
    dataset="|".join(DATASETS),
    split=r"\d+",
    task="|".join(TASKS),
    gate="|".join(sorted(set(RANKER_GATES.values()))),


FAMILIES = families(config["selectors"])
PEERS = [family for family in FAMILIES if SELECTORS[FAMILIES[family][0]].external]


def runs(selectors):
    """All (selector, seed) of some selectors, in a fixed order."""
    return [(selector, seed) for selector in selectors for seed in SEEDS]


def files(pairs, name):
    """The file of a name of each (selector, seed), as patterns for one data set, split and task."""
    return [f"{TASK}/{selector}/seed{seed}/{name}" for selector, seed in pairs]


def everywhere(patterns, tasks=True):
    """Patterns for every data set, split and (if asked) task."""
    filled = dict(dataset=DATASETS, split=SPLITS, **({"task": TASKS} if tasks else {}))
    return expand(patterns, **filled)


def section(*keys):
    """The part of the config that a rule depends on, so that other edits do not rerun it."""
    return {key: config[key] for key in keys}


def installed(peer):
    """What is installed for a peer, so that its panels are chosen anew when that changes."""
    return digest.file(os.path.join(config["peers"]["folder"], peer, ".installed"))


def trains_alone(selectors):
    """Whether selectors of one family train networks of their own, from no base model."""
    return all(SELECTORS[name].needs_torch and not SELECTORS[name].gate for name in selectors)


def growing(base, per_input):
    """A resource of a job, MB or minutes: a base, so much per MB of input, all times the attempt."""
    return lambda wildcards, input, attempt: attempt * round(base + per_input * input.size_mb)


# What jobs ask for: those that train, those that read cells, those that read tables.
FITTING = {"mem_mb": growing(2000, 60), "runtime": growing(60, 2)}
READING = {"mem_mb": growing(2000, 20), "runtime": growing(30, 1)}
TABLES = {"mem_mb": growing(1000, 20), "runtime": growing(20, 1)}


def gpus(wildcards):
    """A GPU where one was asked for by name."""
    return 1 if config["device"] == "cuda" else 0


def cells_of(wildcards):
    """The input file, an object of a storage plugin for a URL, or nothing for bundled cells."""
    path = DATASETS[wildcards.dataset]["path"]
    if path.startswith("scanpy:"):
        return []
    return storage(path) if "://" in path else path


def settings_of(wildcards):
    """The parts of the config that decide how a data set is prepared."""
    dataset = DATASETS[wildcards.dataset]
    is_zarr = os.path.normpath(dataset["path"]).endswith(".zarr")
    files = digest.folder(dataset["path"]) if is_zarr else None
    split = {key: value for key, value in config["split"].items() if key != "compare_donors"}
    return {"dataset": dataset, "files": files, "split": split, **section("preprocess", "genes")}
