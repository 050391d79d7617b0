"""Resampling: how often selectors choose each gene on halves of the training cells.

INPUT: prepared.h5ad. OUTPUT: frequencies.csv per data set, split and task; nothing unless
evaluation.resamples says how many pairs of halves.
"""

RESAMPLES = config["evaluation"]["resamples"]
SUFFIXES = {"baselines": (), "rankings": ("-ranking",), "all": ("-ranking", "-rfe", "+exchange")}
SUFFIX = SUFFIXES[config["evaluation"]["resampled"]]
RESAMPLED = {
    family: [name for name in names if family == "baselines" or name.endswith(SUFFIX)]
    for family, names in FAMILIES.items()
    if RESAMPLES and (family == "baselines" or family in RANKERS)
}
RESAMPLED = {family: names for family, names in RESAMPLED.items() if names}

for family, selectors in RESAMPLED.items():
    entry = SELECTORS[selectors[0]]

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
        resources:
            **(TRAINING if entry.needs_torch else FITTING),
        params:
            code=code("resample_panels.py", *selectors),
            needs=needs(entry),
            selectors=selectors,
            sizes=SIZES,
            resamples=RESAMPLES,
            config=selection_of(config, selectors[0]),
        message:
            "choose on halves of the cells: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/resample_panels.py"


if RESAMPLED:

    rule collect_frequencies:
        """Put the selection frequencies of all selectors into one table."""
        input:
            tables=[f"{TASK}/frequencies/{family}.csv" for family in RESAMPLED],
        output:
            table=f"{TASK}/frequencies.csv",
        log:
            f"{LOG}/{{task}}/collect_frequencies.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/collect_frequencies.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **TABLES,
        params:
            code=code("concatenate.py"),
        message:
            "gather selection frequencies: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/concatenate.py"


FREQUENCIES = everywhere(f"{TASK}/frequencies.csv") if RESAMPLED else []
