"""The rules of data, training and selection for a checked config, without Snakemake."""

from pathlib import Path

from spinn.config.sections import selection_of, training_of
from spinn.selectors.registry import SELECTORS, families
from tests.support.scripts import run_script


def prepare(config, output, *, dataset, split=0):
    """Run prepare.py on a data set; return the prepared file: of all cells, if split is None."""
    parts = {"dataset": config["datasets"][dataset], "files": None}
    parts |= {key: config[key] for key in ("split", "preprocess", "genes")}
    parts["split"] = {**config["split"], **({"test": 0} if split is None else {})}
    run_script(
        "prepare.py",
        input={},
        output={"prepared": str(output)},
        params={"config": parts, "sizes": config["panel_sizes"]},
        wildcards=_place(dataset, split),
    )
    return str(output)


def _place(dataset, split):
    return {"dataset": dataset} if split is None else {"dataset": dataset, "split": str(split)}


def select(config, prepared, folder, *, dataset, split=0):
    """Run the jobs of all selectors; return the files of panels by (task, selector, seed)."""
    jobs = list(selection_jobs(config, prepared, folder, dataset=dataset, split=split))
    for job in jobs:
        run_script(**job)
    paths = [Path(path) for job in jobs for path in job["output"].get("panels", [])]
    return {(*path.parts[-4:-2], int(path.parts[-2].removeprefix("seed"))): path for path in paths}


def selection_jobs(config, prepared, folder, *, dataset, split=0):
    """Yield what `run_script` takes, job by job: base models of each gate, then the panels."""
    place = _place(dataset, split)
    bases = {}
    for selectors in families(config["selectors"]).values():
        entry = SELECTORS[selectors[0]]
        is_package = entry.kind == "package"
        runs = [(selector, seed) for selector in selectors for seed in config["seeds"]]
        for tasks in [config["tasks"]] if is_package else [[task] for task in config["tasks"]]:
            wildcards = place if is_package else {**place, "task": tasks[0]}
            key = (tasks[0], entry.gate)
            if entry.gate and key not in bases:
                job = train_job(config, prepared, Path(folder, tasks[0]), entry.gate, wildcards)
                bases[key] = job["output"]["weights"]
                yield job
            yield {
                "name": "select_panels.py",
                "input": {"prepared": prepared, "bases": bases.get(key, [])},
                "output": {
                    "panels": [
                        str(Path(folder, task, selector, f"seed{seed}", "panels.json"))
                        for selector, seed in runs
                        for task in tasks
                    ]
                },
                "params": {
                    "needs": [],
                    "runs": [
                        (task if is_package else None, *run) for run in runs for task in tasks
                    ],
                    "seeds": config["seeds"],
                    "sizes": config["panel_sizes"],
                    "about": {"cells": "all", "split": 0} if split is None else {},
                    "config": selection_of(config, selectors[0]),
                },
                "wildcards": wildcards,
            }


def train_job(config, prepared, folder, gate, wildcards):
    """Return the job that trains the base models of a gate."""
    weights = [str(folder / "base" / gate / f"seed{seed}.safetensors") for seed in config["seeds"]]
    return {
        "name": "train_base.py",
        "input": {"prepared": prepared},
        "output": {"weights": weights},
        "params": {"seeds": config["seeds"], "config": training_of(config, gate)},
        "wildcards": {**wildcards, "gate": gate},
    }
