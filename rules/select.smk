"""Selection: panels of every selector and seed, a job per family of selectors.

INPUT: prepared.h5ad, base models. OUTPUT: SELECTOR/seedN/panels.json and ranking.csv.
"""

PEERS = config["peers"]


def installed(peer):
    """What is installed for a package, so that its panels are chosen again when that changes."""
    return digest.file(os.path.join(PEERS["folder"], peer, ".installed"))


# A package may take all its time for every seed and task.
PACKAGES = {
    "mem_mb": growing(1000 + 1024 * PEERS["memory_gb"], 60),
    "runtime": growing(30 + PEERS["time_limit_s"] * len(SEEDS) * len(TASKS) / 60, 2),
}

for family, selectors in FAMILIES.items():
    entry = SELECTORS[selectors[0]]
    # A package answers alike for several tasks, as does what follows the config's goal: one job runs
    # it for all of them.
    is_package = entry.kind == "package"
    of_all_tasks = is_package or entry.follows_goal
    tasks = TASKS if of_all_tasks else ["{task}"]
    folder = "" if of_all_tasks else "{task}/"
    env = f"peers/{family}" if is_package else "spinn"
    place = "{wildcards.dataset}" if of_all_tasks else "{wildcards.task}, {wildcards.dataset}"

    rule:
        name:
            f"select_{family}"
        input:
            prepared=PREPARED,
            bases=expand(
                f"{BASE}.safetensors", gate=entry.gate or [], seed=SEEDS, allow_missing=True
            ),
        output:
            panels=files(runs(selectors), "panels.json", tasks),
            rankings=files(runs(selectors), "ranking.csv", tasks),
        log:
            f"{LOG}/{folder}select_{family}.log",
        benchmark:
            f"{BENCHMARK}/{folder}select_{family}.tsv"
        conda:
            f"../envs/{env}.yaml"
        resources:
            **(PACKAGES if is_package else TRAINING if entry.needs_torch else FITTING),
        params:
            code=code("select_panels.py", *selectors),
            needs=needs(entry),
            installed=installed(family) if is_package else None,
            selectors=", ".join(selectors),
            runs=[
                (task if of_all_tasks else None, *run) for run in runs(selectors) for task in tasks
            ],
            seeds=SEEDS,
            sizes=SIZES,
            config=selection_of(config, selectors[0]),
        message:
            f"choose panels: {{params.selectors}}; {place}"
        script:
            "../scripts/select_panels.py"
