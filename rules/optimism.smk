"""Optimism: the same run by random cells and by held-out donors, side by side.

INPUT: scores of data sets with donors and of their twins NAME@cells, which common.smk derives where
split.compare_donors is true. OUTPUT: optimism.csv; report.smk draws its figures.
"""

TWINS = {name: f"{name}{BY_CELLS}" for name in compared(DATASETS)}
OPTIMISM = f"{RESULTS}/optimism.csv" if TWINS else []
PAIRED = dict(dataset=[*TWINS, *TWINS.values()], split=SPLITS, task=TASKS)

if TWINS:

    rule collect_optimism:
        """Compare splits by random cells with splits by donors."""
        input:
            scores=expand(files(JUDGED, "scores.csv"), **PAIRED),
            cells=expand(files(JUDGED, "cells.npz"), **PAIRED),
        output:
            optimism=OPTIMISM,
        log:
            f"{RESULTS}/logs/collect_optimism.log",
        benchmark:
            f"{RESULTS}/benchmarks/collect_optimism.tsv"
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **TABLES,
        params:
            code=code("collect_optimism.py"),
            twins=TWINS,
            n_bootstrap=config["evaluation"]["bootstrap"],
        message:
            "compare splits by cells and by donors"
        script:
            "../scripts/collect_optimism.py"
