"""Report: recommended panels, figures, provenance and one HTML page.

INPUT: panels and tables of the whole run. OUTPUT: panel_K.csv, audit.csv, figures/,
provenance.json, config.yaml, report.html.
"""

ROBUSTNESS = f"{RESULTS}/robustness.csv" if config["evaluation"]["robustness"] else []
FIGURES = ["quality", "agreement", "overlap", *(["robustness"] if ROBUSTNESS else [])]
FIGURE = f"{RESULTS}/figures/{{figure}}_{{dataset}}_{{task}}.{{format}}"


rule recommend:
    """Write the recommended panel of each size: why each gene, who could replace it; the audit."""
    input:
        prepared=PREPARED,
        panels=files(runs(config["selectors"]), "panels.json"),
    output:
        panels=[f"{TASK}/panel_{size}.csv" for size in SIZES],
        audit=f"{TASK}/audit.csv",
    log:
        f"{LOG}/{{task}}/recommend.log",
    benchmark:
        f"{BENCHMARK}/{{task}}/recommend.tsv"
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    resources:
        **FITTING,
    params:
        code=digest.modules("jobs.collect"),
        runs=runs(config["selectors"]),
        sizes=SIZES,
        config=section("genes"),
    message:
        "write recommended panels: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/recommend.py"


rule plot_figures:
    """Draw the figures of one data set and task."""
    input:
        summary=f"{RESULTS}/summary.csv",
        stability=f"{RESULTS}/stability.csv",
        robustness=ROBUSTNESS,
        panels=expand(
            files(runs(config["selectors"]), "panels.json"), split=SPLITS, allow_missing=True
        ),
    output:
        figures=expand(FIGURE, figure=FIGURES, format=FORMATS, allow_missing=True),
    log:
        f"{RESULTS}/logs/{{dataset}}/plot_figures_{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/plot_figures_{{task}}.tsv"
    localrule: True
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    resources:
        **TABLES,
    params:
        code=digest.modules("jobs.figures"),
    message:
        "draw figures: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/plot_figures.py"


rule write_provenance:
    """Write down inputs, filters, versions, seeds and the whole config."""
    input:
        prepared=everywhere(PREPARED, tasks=False),
        scores=f"{RESULTS}/scores.csv",
    output:
        provenance=f"{RESULTS}/provenance.json",
        config=f"{RESULTS}/config.yaml",
    log:
        f"{RESULTS}/logs/write_provenance.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_provenance.tsv"
    localrule: True
    conda:
        "../envs/spinn.yaml"
    threads: 1
    resources:
        **TABLES,
    params:
        code=digest.modules("jobs.report"),
        config=config,
        datasets=[(name, split) for name in DATASETS for split in SPLITS],
        root=ROOT,
    message:
        "write provenance"
    script:
        "../scripts/write_provenance.py"


rule write_report:
    """Put tables, figures, panels and provenance on one page."""
    input:
        summary=f"{RESULTS}/summary.csv",
        differences=f"{RESULTS}/differences.csv",
        normalised=f"{RESULTS}/normalised.csv",
        recall=f"{RESULTS}/recall.csv",
        costs=f"{RESULTS}/costs.csv",
        stability=f"{RESULTS}/stability.csv",
        robustness=ROBUSTNESS,
        smallest=f"{RESULTS}/smallest.csv",
        provenance=f"{RESULTS}/provenance.json",
        config=f"{RESULTS}/config.yaml",
        panels=everywhere([f"{TASK}/panel_{size}.csv" for size in SIZES]),
        audits=everywhere(f"{TASK}/audit.csv"),
        frequencies=FREQUENCIES,
        optimism=OPTIMISM,
        optimism_figures=OPTIMISM_FIGURES,
        figures=expand(FIGURE, figure=FIGURES, format=FORMATS, dataset=DATASETS, task=TASKS),
    output:
        report=report(f"{RESULTS}/report.html", category="report"),
    log:
        f"{RESULTS}/logs/write_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_report.tsv"
    localrule: True
    conda:
        "../envs/spinn-light.yaml"
    threads: 1
    resources:
        **TABLES,
    params:
        code=digest.modules("jobs.report"),
        panels=[
            (name, split, task, size)
            for size in SIZES
            for name in DATASETS
            for split in SPLITS
            for task in TASKS
        ],
        places=[(name, split, task) for name in DATASETS for split in SPLITS for task in TASKS],
    message:
        "write the report"
    script:
        "../scripts/write_report.py"
