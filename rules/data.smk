"""Data: from an input file to cells that are checked, split, normalised and filtered.

INPUT: datasets.NAME.path of the config. OUTPUT: prepared.h5ad per data set and split; and of all
cells, none of them held out.
"""

# All cells come after those of the first split, which stop a run that cannot end well.
FIRST = f"{RESULTS}/{{dataset}}/split0/prepared.h5ad"

for name, place, cells, after in (
    ("prepare", OF_SPLIT, "split {wildcards.split}", []),
    ("prepare_all", OF_ALL, "all cells", [FIRST]),
):

    rule:
        name:
            name
        input:
            cells=cells_of,
            after=after,
        output:
            prepared=f"{RESULTS}/{place}/prepared.h5ad",
        log:
            f"{RESULTS}/logs/{place}/prepare.log",
        benchmark:
            f"{RESULTS}/benchmarks/{place}/prepare.tsv"
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
            f"prepare {{wildcards.dataset}}, {cells}"
        script:
            "../scripts/prepare.py"
