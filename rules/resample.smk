"""Resampling: how often selectors choose each gene on halves of the training cells.

INPUT: prepared.h5ad. OUTPUT: frequencies.csv per data set, split and task; nothing unless
evaluation.resamples says how many pairs of halves.
"""

RESAMPLES = config["evaluation"]["resamples"]
SUFFIXES = {"baselines": (), "rankings": ("-ranking",), "all": ("-ranking", "-rfe", "+exchange")}
GROUP = SUFFIXES[config["evaluation"]["resampled"]]
RESAMPLED = {
    family: [name for name in names if family == "baselines" or name.endswith(GROUP)]
    for family, names in FAMILIES.items()
    if family == "baselines" or family in RANKER_GATES
}
RESAMPLED = {family: names for family, names in RESAMPLED.items() if names and RESAMPLES}

for family, selectors in RESAMPLED.items():
    if family == "baselines":
        continue

    rule:
        name:
            f"resample_{family}"
        input:
            prepared=PREPARED,
        output:
            frequencies=f"{TASK}/frequencies/{family}.csv",
        log:
            f"{LOG}/{{task}}/resample_{family}.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/resample_{family}.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.resample_networks"),
            selectors=selectors,
            sizes=SIZES,
            config={
                **training_of(config, RANKER_GATES[family]),
                **section("rfe", "genes"),
                "resamples": RESAMPLES,
            },
        message:
            "choose on halves of the cells: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/resample_networks.py"


if "baselines" in RESAMPLED:

    rule resample_baselines:
        """Count how often baselines choose each gene on halves of the cells; no torch."""
        input:
            prepared=PREPARED,
        output:
            frequencies=f"{TASK}/frequencies/baselines.csv",
        log:
            f"{LOG}/{{task}}/resample_baselines.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/resample_baselines.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
        params:
            code=digest.modules("jobs.resample"),
            selectors=RESAMPLED["baselines"],
            sizes=SIZES,
            config={**section("genes"), "resamples": RESAMPLES},
        message:
            "choose on halves of the cells: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/resample_baselines.py"


if RESAMPLED:

    rule collect_frequencies:
        """Put the selection frequencies of all selectors into one table."""
        input:
            parts=[f"{TASK}/frequencies/{family}.csv" for family in RESAMPLED],
        output:
            frequencies=f"{TASK}/frequencies.csv",
        log:
            f"{LOG}/{{task}}/collect_frequencies.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/collect_frequencies.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        threads: 1
        resources:
            **TABLES,
        params:
            code=digest.modules("jobs.collect"),
        message:
            "gather selection frequencies: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/collect_frequencies.py"


FREQUENCIES = everywhere(f"{TASK}/frequencies.csv") if RESAMPLED else []
