"""Optimism: the same run by random cells and by held-out donors, side by side.

INPUT: scores of data sets with donors and of their twins NAME@cells, which common.smk derives where
split.compare_donors is true. OUTPUT: optimism.csv, figures/optimism_*.
"""

COMPARED = compared(DATASETS)
TWINS = [name for pair in COMPARED for name in (pair, f"{pair}{BY_CELLS}")]
OPTIMISM = f"{RESULTS}/optimism.csv" if COMPARED else []
OPTIMISM_FIGURE = f"{RESULTS}/figures/optimism_{{dataset}}_{{task}}.{{format}}"
OPTIMISM_FIGURES = expand(OPTIMISM_FIGURE, format="svg", dataset=COMPARED, task=TASKS)

if COMPARED:

    rule collect_optimism:
        """Compare splits by random cells with splits by donors."""
        input:
            scores=expand(files(JUDGED, "scores.csv"), dataset=TWINS, split=SPLITS, task=TASKS),
            cells=expand(files(JUDGED, "cells.npz"), dataset=TWINS, split=SPLITS, task=TASKS),
        output:
            optimism=OPTIMISM,
        log:
            f"{RESULTS}/logs/collect_optimism.log",
        benchmark:
            f"{RESULTS}/benchmarks/collect_optimism.tsv"
        conda:
            "../envs/spinn-light.yaml"
        threads: 1
        resources:
            **TABLES,
        params:
            code=digest.modules("jobs.collect"),
            n_bootstrap=config["evaluation"]["bootstrap"],
        message:
            "compare splits by cells and by donors"
        script:
            "../scripts/collect_optimism.py"

    rule plot_optimism:
        """Draw how much better panels look by random cells than by donors."""
        input:
            optimism=OPTIMISM,
        output:
            figures=expand(OPTIMISM_FIGURE, format=FORMATS, allow_missing=True),
        log:
            f"{RESULTS}/logs/{{dataset}}/plot_optimism_{{task}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{{dataset}}/plot_optimism_{{task}}.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        threads: 1
        resources:
            **TABLES,
        params:
            code=digest.modules("jobs.figures"),
        message:
            "draw the optimism of random cells: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/plot_optimism.py"
