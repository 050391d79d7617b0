"""Data: from an input file to cells that are checked, split, normalised and filtered.

INPUT: datasets.NAME.path of the config. OUTPUT: prepared.h5ad per data set and split.
"""


rule prepare:
    """Check, split, normalise and filter one data set for one split."""
    input:
        cells=cells_of,
    output:
        prepared=PREPARED,
    log:
        f"{LOG}/prepare.log",
    benchmark:
        f"{BENCHMARK}/prepare.tsv"
    priority: 100
    conda:
        "../envs/spinn.yaml"
    resources:
        **READING,
    params:
        code=code("prepare.py"),
        config=settings_of,
        sizes=SIZES,
    message:
        "prepare {wildcards.dataset}, split {wildcards.split}"
    script:
        "../scripts/prepare.py"
