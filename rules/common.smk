"""Names, paths and lists that the stages share. No heavy imports: every job parses this."""

import os
from itertools import takewhile

from spinn.config.derived import BY_CELLS, compared, with_random_cells
from spinn.config.sections import judging_of, selection_of, training_of
from spinn.runtime import digest
from spinn.selectors.registry import GOAL_TASKS, RANKERS, SELECTORS, families, modules_of

ROOT = os.path.abspath(os.path.join(workflow.current_basedir, ".."))
RESULTS = "<results>"  # Snakemake puts the pathvar in; see Snakefile
DATASETS = with_random_cells(config["datasets"], compare_donors=config["split"]["compare_donors"])
SPLITS = range(config["split"]["repeats"])
TASKS = config["tasks"]
SEEDS = config["seeds"]
SIZES = config["panel_sizes"]
FORMATS = ["svg", "png", "pdf"]
FAMILIES = families(config["selectors"])

# A split's cells, of which some only judge; and all cells, for the panels that are delivered.
OF_SPLIT, OF_ALL = "{dataset}/split{split}", "{dataset}/all"
SPLIT, ALL = f"{RESULTS}/{OF_SPLIT}", f"{RESULTS}/{OF_ALL}"
TASK = f"{SPLIT}/{{task}}"
PREPARED, ALL_PREPARED = f"{SPLIT}/prepared.h5ad", f"{ALL}/prepared.h5ad"
LOG = f"{RESULTS}/logs/{OF_SPLIT}"
BENCHMARK = f"{RESULTS}/benchmarks/{OF_SPLIT}"


wildcard_constraints:
    dataset="|".join(DATASETS),
    split=r"\d+",
    task="|".join(TASKS),
    gate="|".join(sorted({entry.gate for entry in RANKERS.values()})),


def code(script, *selectors):
    """The digest of what a script imports, and of the modules of some selectors."""
    return digest.script(os.path.join(ROOT, "scripts", script), *modules_of(selectors))


def runs(selectors):
    """All (selector, seed) of some selectors, in a fixed order."""
    return [(selector, seed) for selector in selectors for seed in SEEDS]


def files(pairs, name, tasks=("{task}",), place=SPLIT):
    """The file of a name of each (selector, seed), for the wildcard's task or some tasks."""
    return [
        f"{place}/{task}/{selector}/seed{seed}/{name}" for selector, seed in pairs for task in tasks
    ]


def everywhere(patterns, tasks=True):
    """Patterns for every data set, split and (if requested) task."""
    filled = dict(dataset=DATASETS, split=SPLITS, **({"task": TASKS} if tasks else {}))
    return expand(patterns, **filled)


def first_runs(selectors):
    """The runs of which the first that does not fail is recommended: one, but for packages."""
    n_packages = len([*takewhile(lambda name: SELECTORS[name].kind == "package", selectors)])
    return [(selector, SEEDS[0]) for selector in selectors[: n_packages + 1]]


def section(*keys):
    """The part of the config that a rule depends on, so that other edits do not rerun it."""
    return {key: config[key] for key in keys}


def needs(entry):
    """The packages that a selector's job imports, as `check_environment` takes them."""
    arrays = ["numpy", "scipy", "h5py"]
    if entry.kind == "package":
        return arrays
    return [*arrays, *(["torch", "safetensors"] if entry.needs_torch else ["pandas", "scanpy"])]


def growing(base, per_input):
    """A resource of a job, MB or minutes: a base, so much per MB of input, all times the attempt."""
    return lambda wildcards, input, attempt: attempt * round(base + per_input * input.size_mb)


def gpus(wildcards):
    """A GPU where one was requested by name."""
    return 1 if config["device"] == "cuda" else 0


# What jobs request: those that fit, those with networks too, those that read cells, or tables.
FITTING = {"mem_mb": growing(2000, 60), "runtime": growing(60, 2)}
TRAINING = {**FITTING, "gpu": gpus}
READING = {"mem_mb": growing(2000, 20), "runtime": growing(30, 1)}
TABLES = {"mem_mb": growing(1000, 20), "runtime": growing(20, 1)}


def cells_of(wildcards):
    """The input file, an object of a storage plugin for a URL, or nothing for bundled cells."""
    path = DATASETS[wildcards.dataset]["path"]
    if path.startswith("scanpy:"):
        return []
    return storage(path) if "://" in path else path


def settings_of(wildcards):
    """The parts of the config that decide how a data set is prepared, of all cells or a split."""
    dataset = DATASETS[wildcards.dataset]
    is_zarr = os.path.normpath(dataset["path"]).endswith(".zarr")
    files = digest.folder(dataset["path"]) if is_zarr else None
    split = {key: value for key, value in config["split"].items() if key != "compare_donors"}
    split |= {} if "split" in wildcards.keys() else {"test": 0}
    return {"dataset": dataset, "files": files, "split": split, **section("preprocess", "genes")}
