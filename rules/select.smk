"""Selection: panels of every selector and seed; a job per ranker and peer, one for all baselines.

INPUT: prepared.h5ad, base models. OUTPUT: SELECTOR/seedN/panels.json and ranking.csv.
"""

for family, selectors in FAMILIES.items():
    if family not in RANKER_GATES:
        continue

    rule:
        name:
            f"select_{family}"
        input:
            prepared=PREPARED,
            bases=expand(
                f"{BASE}.safetensors", gate=RANKER_GATES[family], seed=SEEDS, allow_missing=True
            ),
        output:
            panels=files(runs(selectors), "panels.json"),
            rankings=files(runs(selectors), "ranking.csv"),
        log:
            f"{LOG}/{{task}}/select_{family}.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/select_{family}.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.select"),
            selectors=", ".join(selectors),
            runs=runs(selectors),
            seeds=SEEDS,
            sizes=SIZES,
            config=selection_of(config, selectors[0]),
        message:
            "choose panels: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/select_with_networks.py"


if "recommended" in FAMILIES:

    rule select_recommended:
        """Choose the recommended panels: several ways, and per size the one that tells most."""
        input:
            prepared=PREPARED,
        output:
            panels=files(runs(FAMILIES["recommended"]), "panels.json"),
            rankings=files(runs(FAMILIES["recommended"]), "ranking.csv"),
        log:
            f"{LOG}/{{task}}/select_recommended.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/select_recommended.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.recommend"),
            runs=runs(FAMILIES["recommended"]),
            sizes=SIZES,
            config=selection_of(config, "recommended"),
        message:
            "choose the recommended panels; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/select_recommended.py"


for family, selectors in FAMILIES.items():
    if family == "recommended" or not trains_alone(selectors):
        continue

    rule:
        name:
            f"select_{family}"
        input:
            prepared=PREPARED,
        output:
            panels=files(runs(selectors), "panels.json"),
            rankings=files(runs(selectors), "ranking.csv"),
        log:
            f"{LOG}/{{task}}/select_{family}.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/select_{family}.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
            gpu=gpus,
        params:
            code=digest.modules("jobs.peers"),
            selectors=", ".join(selectors),
            runs=runs(selectors),
            sizes=SIZES,
            config=selection_of(config, selectors[0]),
        message:
            "choose panels: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/select_peers.py"


if "baselines" in FAMILIES:

    rule select_baselines:
        """Choose the panels of all baselines; no torch."""
        input:
            prepared=PREPARED,
        output:
            panels=files(runs(FAMILIES["baselines"]), "panels.json"),
            rankings=files(runs(FAMILIES["baselines"]), "ranking.csv"),
        log:
            f"{LOG}/{{task}}/select_baselines.log",
        benchmark:
            f"{BENCHMARK}/{{task}}/select_baselines.tsv"
        conda:
            "../envs/spinn.yaml"
        threads: 1
        resources:
            **FITTING,
        params:
            code=digest.modules("jobs.baselines"),
            selectors=", ".join(FAMILIES["baselines"]),
            runs=runs(FAMILIES["baselines"]),
            sizes=SIZES,
            config=selection_of(config, FAMILIES["baselines"][0]),
        message:
            "choose panels: {params.selectors}; {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/select_baselines.py"


for peer in PEERS:

    rule:
        name:
            f"select_{peer}"
        input:
            prepared=PREPARED,
        output:
            panels=expand(files(runs([peer]), "panels.json"), task=TASKS, allow_missing=True),
            rankings=expand(files(runs([peer]), "ranking.csv"), task=TASKS, allow_missing=True),
        log:
            f"{LOG}/select_{peer}.log",
        benchmark:
            f"{BENCHMARK}/select_{peer}.tsv"
        conda:
            f"../envs/peers/{peer}.yaml"
        threads: 1
        resources:
            mem_mb=growing(1000 + 1024 * config["peers"]["memory_gb"], 60),
            runtime=growing(30 + config["peers"]["time_limit_s"] * len(SEEDS) * len(TASKS) / 60, 2),
        params:
            code=digest.modules("jobs.external"),
            peer=peer,
            installed=installed(peer),
            runs=[(task, seed) for _, seed in runs([peer]) for task in TASKS],
            sizes=SIZES,
            config=section("genes", "peers"),
        message:
            "choose panels: {params.peer}; {wildcards.dataset}"
        script:
            "../scripts/select_with_peer.py"
