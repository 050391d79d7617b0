"""Evaluation: refits of every panel, judged on the test cells, with a floor and a ceiling.

INPUT: prepared.h5ad, panels.json. OUTPUT: scores.csv and cells.npz beside each panels.json;
scores.csv, summary.csv, costs.csv and stability.csv of the whole run.
"""

JUDGING = {
    **section("network", "refit", "device"),
    "training": without_gate(config["training"]),
    "evaluation": {"test_splits": config["evaluation"]["test_splits"]},
}

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
            mem_mb=lambda wildcards, input, attempt: attempt * (2000 + 60 * input.size_mb),
            gpu=gpus,
        params:
            code=digest.modules("jobs_evaluate"),
            selectors=", ".join(selectors),
            runs=runs(selectors),
            config=JUDGING,
        message:
            "judge panels: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/evaluate_panels.py"


rule evaluate_references:
    """Judge random panels matched for expression (floor) and all genes (ceiling)."""
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
        mem_mb=lambda wildcards, input, attempt: attempt * (2000 + 60 * input.size_mb),
        gpu=gpus,
    params:
        code=digest.modules("jobs_references"),
        runs=REFERENCES,
        sizes=SIZES,
        config=JUDGING,
    message:
        "judge floor and ceiling: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/evaluate_references.py"


JUDGED = [*runs(config["selectors"]), *REFERENCES]


rule collect_scores:
    """Gather all scores and costs; summarise the scores with intervals and tiers."""
    input:
        scores=everywhere(files(JUDGED, "scores.csv")),
        cells=everywhere(files(JUDGED, "cells.npz")),
        panels=everywhere(files(runs(config["selectors"]), "panels.json")),
    output:
        scores=f"{RESULTS}/scores.csv",
        summary=f"{RESULTS}/summary.csv",
        costs=f"{RESULTS}/costs.csv",
    log:
        f"{RESULTS}/logs/collect_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_scores.tsv"
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    params:
        code=digest.modules("jobs_collect"),
        n_bootstrap=config["evaluation"]["bootstrap"],
    message:
        "summarise all scores"
    script:
        "../scripts/collect_scores.py"


rule collect_stability:
    """Measure how far the panels of different seeds agree."""
    input:
        panels=everywhere(files(runs(config["selectors"]), "panels.json")),
    output:
        stability=f"{RESULTS}/stability.csv",
    log:
        f"{RESULTS}/logs/collect_stability.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_stability.tsv"
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    params:
        code=digest.modules("jobs_collect"),
    message:
        "measure the agreement of panels"
    script:
        "../scripts/collect_stability.py"
