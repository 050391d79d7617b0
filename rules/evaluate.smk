"""Evaluation: refits of every panel, judged on the test cells, with a floor and a ceiling.

INPUT: prepared.h5ad, panels.json. OUTPUT: scores.csv and cells.npz beside each panels.json;
scores.csv, summary.csv, differences.csv, normalised.csv, smallest.csv, recall.csv, costs.csv,
stability.csv and robustness.csv of the whole run.
"""

JUDGING = judging_of(config)

for family, selectors in FAMILIES.items():

    rule:
        name:
            f"evaluate_{family}"
        input:
            prepared=PREPARED,
            panels=files(runs(selectors), "panels.json"),
        output:
            scores=files(runs(selectors), "scores.csv"),
            cells=files(runs(selectors), "cells.npz"),
        log:
            f"{LOG}/{{task}}/evaluate_{family}.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/evaluate_{family}.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.evaluate"),
            selectors=", ".join(selectors),
            runs=runs(selectors),
            config=JUDGING,
        message:
            "judge panels: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/evaluate_panels.py"


rule evaluate_references:
    """Judge random panels matched for mean and detection (floor) and all genes (ceiling)."""
    input:
        prepared=PREPARED,
    output:
        scores=files(REFERENCES, "scores.csv"),
        cells=files(REFERENCES, "cells.npz"),
    log:
        f"{LOG}/{{task}}/evaluate_references.log",
    benchmark:
        f"{BENCHMARK}/{{task}}/evaluate_references.tsv"
    conda:
        "../envs/spinn.yaml"
    threads: 1
    resources:
        **FITTING,
        gpu=gpus,
    params:
        code=digest.modules("jobs.references"),
        runs=REFERENCES,
        sizes=SIZES,
        config=JUDGING,
    message:
        "judge floor and ceiling: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/evaluate_references.py"


if config["evaluation"]["robustness"]:

    rule evaluate_robustness:
        """Judge the recommended panels as a technology would read them that misses molecules."""
        input:
            prepared=PREPARED,
            panels=[f"{TASK}/panel_{size}.csv" for size in SIZES],
        output:
            robustness=f"{TASK}/robustness.csv",
        log:
            f"{LOG}/{{task}}/evaluate_robustness.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/evaluate_robustness.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.robustness"),
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
            robustness=f"{RESULTS}/robustness.csv",
        log:
            f"{RESULTS}/logs/collect_robustness.log",
        benchmark:
            f"{RESULTS}/benchmarks/collect_robustness.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        threads: 1
        resources:
            **TABLES,
        params:
            code=digest.modules("jobs.collect"),
        message:
            "gather quality under detection loss"
        script:
            "../scripts/collect_robustness.py"


GROUPS = f"{RESULTS}/{{dataset}}/split{{split}}/interchangeable.csv"
JUDGED = [*runs(config["selectors"]), *REFERENCES]


rule collect_scores:
    """Gather all scores and costs; summarise them with intervals, differences and tiers."""
    input:
        scores=everywhere(files(JUDGED, "scores.csv")),
        cells=everywhere(files(JUDGED, "cells.npz")),
        panels=everywhere(files(runs(config["selectors"]), "panels.json")),
    output:
        scores=f"{RESULTS}/scores.csv",
        summary=f"{RESULTS}/summary.csv",
        differences=f"{RESULTS}/differences.csv",
        normalised=f"{RESULTS}/normalised.csv",
        smallest=f"{RESULTS}/smallest.csv",
        recall=f"{RESULTS}/recall.csv",
        costs=f"{RESULTS}/costs.csv",
    log:
        f"{RESULTS}/logs/collect_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_scores.tsv"
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    resources:
        **TABLES,
    params:
        code=digest.modules("jobs.collect"),
        n_bootstrap=config["evaluation"]["bootstrap"],
        wanted_share=config["evaluation"]["wanted_share"],
    message:
        "summarise all scores"
    script:
        "../scripts/collect_scores.py"


rule group_genes:
    """Find the genes that stand in for each other, for the agreement of panels."""
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
    threads: 1
    resources:
        **READING,
    params:
        code=digest.modules("jobs.groups"),
    message:
        "group interchangeable genes: {wildcards.dataset}, split {wildcards.split}"
    script:
        "../scripts/group_genes.py"


rule collect_stability:
    """Measure how far the panels of different seeds agree."""
    input:
        panels=everywhere(files(runs(config["selectors"]), "panels.json")),
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
    threads: 1
    resources:
        **TABLES,
    params:
        code=digest.modules("jobs.collect"),
        datasets=[(name, split) for name in DATASETS for split in SPLITS],
    message:
        "measure the agreement of panels"
    script:
        "../scripts/collect_stability.py"
