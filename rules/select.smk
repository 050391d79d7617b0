"""Selection: panels of every selector and seed, a job per family of selectors.

INPUT: prepared.h5ad, base models. OUTPUT: SELECTOR/seedN/panels.json and ranking.csv; those that
are delivered once more from all cells, below all/.
"""

from itertools import product

PEERS = config["peers"]


def installed(peer):
    """What is installed for a package, so that its panels are chosen again when that changes."""
    return digest.file(os.path.join(PEERS["folder"], peer, ".installed"))


# A package may take all its time for every seed and task.
PACKAGES = {
    "mem_mb": growing(1000 + 1024 * PEERS["memory_gb"], 60),
    "runtime": growing(30 + PEERS["time_limit_s"] * len(SEEDS) * len(TASKS) / 60, 2),
}

# A run for each place: those that are compared, and from all cells those that may be delivered.
RECOMMENDED = first_runs(config["selectors"])
STAGES = {
    "select": (OF_SPLIT, runs(config["selectors"]), {}),
    "deliver": (OF_ALL, RECOMMENDED, {"split": 0, "cells": "all"}),
}

for (family, selectors), (verb, (cells, wanted, about)) in product(
    FAMILIES.items(), STAGES.items()
):
    entry = SELECTORS[selectors[0]]
    # A package answers alike for several tasks, as does what follows the config's goal: one job runs
    # it for all of them.
    is_package = entry.kind == "package"
    of_all_tasks = is_package or entry.follows_goal
    tasks = TASKS if of_all_tasks else ["{task}"]
    folder = "" if of_all_tasks else "{task}/"
    env = f"peers/{family}" if is_package else "spinn"
    place = "{wildcards.dataset}" if of_all_tasks else "{wildcards.task}, {wildcards.dataset}"
    of_family = [run for run in wanted if run[0] in selectors]
    if not of_family:
        continue
    names = list(dict.fromkeys(selector for selector, _ in of_family))
    # All cells have one run, which trains its base model itself.
    gates = [] if about or not entry.gate else [entry.gate]

    rule:
        name:
            f"{verb}_{family}"
        input:
            prepared=f"{RESULTS}/{cells}/prepared.h5ad",
            bases=expand(f"{BASE}.safetensors", gate=gates, seed=SEEDS, allow_missing=True),
        output:
            panels=files(of_family, "panels.json", tasks, f"{RESULTS}/{cells}"),
            rankings=files(of_family, "ranking.csv", tasks, f"{RESULTS}/{cells}"),
        log:
            f"{RESULTS}/logs/{cells}/{folder}select_{family}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{cells}/{folder}select_{family}.tsv"
        conda:
            f"../envs/{env}.yaml"
        resources:
            **(PACKAGES if is_package else TRAINING if entry.needs_torch else FITTING),
        params:
            code=code("select_panels.py", *names),
            needs=needs(entry),
            installed=installed(family) if is_package else None,
            selectors=", ".join(names),
            runs=[(task if of_all_tasks else None, *run) for run in of_family for task in tasks],
            seeds=SEEDS,
            sizes=SIZES,
            about=about,
            config=selection_of(config, selectors[0]),
        message:
            f"choose panels{' from all cells' if about else ''}: {{params.selectors}}; {place}"
        script:
            "../scripts/select_panels.py"
