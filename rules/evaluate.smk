"""Evaluation: refits of every panel, judged on the test cells, with a floor and a ceiling.

INPUT: prepared.h5ad, panels.json. OUTPUT: scores.csv and cells.npz next to each panels.json;
scores.csv, summary.csv, differences.csv, normalised.csv, smallest.csv, recall.csv, costs.csv,
stability.csv, robustness.csv and tradeoff.csv of the whole run; coverage.csv where there are types.
"""

JUDGING = judging_of(config)
# Random panels matched for mean and detection, and all genes.
REFERENCES = [
    *(("floor", draw) for draw in range(config["evaluation"]["floor_panels"])),
    *(("ceiling", seed) for seed in SEEDS),
]
SELECTED = runs(config["selectors"])
JUDGED = [*SELECTED, *REFERENCES]

for family, selectors in {**FAMILIES, "references": []}.items():
    judged = runs(selectors) or REFERENCES

    rule:
        name:
            f"evaluate_{family}"
        input:
            prepared=PREPARED,
            panels=files(runs(selectors), "panels.json"),
        output:
            scores=files(judged, "scores.csv"),
            cells=files(judged, "cells.npz"),
        log:
            f"{LOG}/{{task}}/evaluate_{family}.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/evaluate_{family}.tsv"
        conda:
            "../envs/spinn.yaml"
        resources:
            **TRAINING,
        params:
            code=code("evaluate_panels.py", *([] if selectors else ["greedy"])),
            judged=", ".join(selectors) or "floor and ceiling",
            runs=judged,
            sizes=SIZES,
            genes={} if selectors else {key: config["genes"][key] for key in ("base", "slots")},
            config=JUDGING,
        message:
            "judge panels: {params.judged}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/evaluate_panels.py"


if config["evaluation"]["robustness"]:

    rule evaluate_robustness:
        """Judge recommended panels, chosen without test cells, as read with missed molecules."""
        input:
            prepared=PREPARED,
            panels=files(RECOMMENDED, "panels.json"),
        output:
            robustness=f"{TASK}/robustness.csv",
        log:
            f"{LOG}/{{task}}/evaluate_robustness.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/evaluate_robustness.tsv"
        conda:
            "../envs/spinn.yaml"
        resources:
            **TRAINING,
        params:
            code=code("evaluate_robustness.py"),
            seeds=SEEDS,
            config={
                **JUDGING,
                "evaluation": {
                    key: config["evaluation"][key]
                    for key in ("test_splits", "bootstrap", "robustness")
                },
            },
        message:
            "judge panels under detection loss: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/evaluate_robustness.py"

    rule collect_robustness:
        """Gather the quality of panels under detection loss."""
        input:
            tables=everywhere(f"{TASK}/robustness.csv"),
        output:
            table=f"{RESULTS}/robustness.csv",
        log:
            f"{RESULTS}/logs/collect_robustness.log",
        benchmark:
            f"{RESULTS}/benchmarks/collect_robustness.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **TABLES,
        params:
            code=code("concatenate.py"),
        message:
            "gather quality under detection loss"
        script:
            "../scripts/concatenate.py"


LABELLED = [name for name in DATASETS if DATASETS[name]["label"]]
COVERAGE = f"{TASK}/coverage.csv"

if LABELLED:

    rule cover_types:
        """Judge how surely recommended panels, chosen without test cells, tell types apart."""
        input:
            prepared=PREPARED,
            panels=files(RECOMMENDED, "panels.json"),
        output:
            coverage=COVERAGE,
        log:
            f"{LOG}/{{task}}/cover_types.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/cover_types.tsv"
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **FITTING,
        params:
            code=code("cover_types.py"),
        message:
            "judge the coverage of types: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/cover_types.py"


# Tasks and data sets whose recommended panels are for types and genes at once.
TRADING = [task for task in TASKS if task in GOAL_TASKS]
IS_TRADED = config["goal"] in (None, "both") and "recommended" in config["selectors"]
TRADEOFF = f"{RESULTS}/tradeoff.csv" if IS_TRADED and LABELLED and TRADING else []

if TRADEOFF:

    rule collect_tradeoff:
        """Gather what panels for types and genes at once cost either goal."""
        input:
            panels=expand(
                files(runs(["recommended"]), "panels.json"),
                dataset=LABELLED,
                split=SPLITS,
                task=TRADING,
            ),
        output:
            table=TRADEOFF,
        log:
            f"{RESULTS}/logs/collect_tradeoff.log",
        benchmark:
            f"{RESULTS}/benchmarks/collect_tradeoff.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **TABLES,
        params:
            code=code("collect_tradeoff.py"),
        message:
            "gather the prices of panels for types and genes"
        script:
            "../scripts/collect_tradeoff.py"


GROUPS = f"{SPLIT}/interchangeable.csv"
TABLE_NAMES = ["scores", "costs", "summary", "differences", "normalised", "smallest", "recall"]


rule collect_scores:
    """Gather all scores and costs; summarise them with intervals, differences and tiers."""
    input:
        scores=everywhere(files(JUDGED, "scores.csv")),
        cells=everywhere(files(JUDGED, "cells.npz")),
        panels=everywhere(files(SELECTED, "panels.json")),
    output:
        **{name: f"{RESULTS}/{name}.csv" for name in TABLE_NAMES},
    log:
        f"{RESULTS}/logs/collect_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_scores.tsv"
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **TABLES,
    params:
        code=code("collect_scores.py"),
        n_bootstrap=config["evaluation"]["bootstrap"],
        wanted_share=config["evaluation"]["wanted_share"],
    message:
        "summarise all scores"
    script:
        "../scripts/collect_scores.py"


rule group_genes:
    """Group the genes that are interchangeable, for the agreement of panels."""
    input:
        prepared=PREPARED,
    output:
        groups=GROUPS,
    log:
        f"{LOG}/group_genes.log",
    benchmark:
        f"{BENCHMARK}/group_genes.tsv"
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **READING,
    params:
        code=code("group_genes.py"),
    message:
        "group interchangeable genes: {wildcards.dataset}, split {wildcards.split}"
    script:
        "../scripts/group_genes.py"


rule collect_stability:
    """Measure how far the panels of different seeds agree."""
    input:
        panels=everywhere(files(SELECTED, "panels.json")),
        groups=everywhere(GROUPS, tasks=False),
    output:
        stability=f"{RESULTS}/stability.csv",
    log:
        f"{RESULTS}/logs/collect_stability.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_stability.tsv"
    localrule: True
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **TABLES,
    params:
        code=code("collect_stability.py"),
        datasets=[(name, split) for name in DATASETS for split in SPLITS],
    message:
        "measure the agreement of panels"
    script:
        "../scripts/collect_stability.py"
