"""Training: the base models on all genes, one job per gate, shared by rankers and strategies.

INPUT: prepared.h5ad. OUTPUT: base/GATE/seedN.safetensors and its history as CSV.
"""

BASE = f"{TASK}/base/{{gate}}/seed{{seed}}"


rule train_base:
    """Train the base models of one gate, one per seed."""
    input:
        prepared=PREPARED,
    output:
        weights=expand(f"{BASE}.safetensors", seed=SEEDS, allow_missing=True),
        history=expand(f"{BASE}.csv", seed=SEEDS, allow_missing=True),
    log:
        f"{LOG}/{{task}}/train_base_{{gate}}.log",
    benchmark:
        f"{BENCHMARK}/{{task}}/train_base_{{gate}}.tsv"
    conda:
        "../envs/spinn.yaml"
    resources:
        **TRAINING,
    params:
        code=code("train_base.py"),
        seeds=SEEDS,
        config=lambda wildcards: training_of(config, wildcards.gate),
    message:
        "train base models: {wildcards.gate} gate, {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/train_base.py"
