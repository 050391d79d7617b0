"""Data: from an input file to cells that are checked, split, normalised and filtered.

INPUT: datasets.NAME.path of the config. OUTPUT: prepared.h5ad per data set and split; and of all
cells, none of them held out.
"""

for name, place, cells, urgency in (
    ("prepare", OF_SPLIT, "split {wildcards.split}", 100),
    ("prepare_all", OF_ALL, "all cells", 90),
):

    rule:
        name:
            name
        input:
            cells=cells_of,
        output:
            prepared=f"{RESULTS}/{place}/prepared.h5ad",
        log:
            f"{RESULTS}/logs/{place}/prepare.log",
        benchmark:
            f"{RESULTS}/benchmarks/{place}/prepare.tsv"
        priority: urgency
        conda:
            "../envs/spinn.yaml"
        resources:
            **READING,
        params:
            code=code("prepare.py"),
            config=settings_of,
            sizes=SIZES,
        message:
            f"prepare {{wildcards.dataset}}, {cells}"
        script:
            "../scripts/prepare.py"
