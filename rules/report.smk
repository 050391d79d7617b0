"""Report: recommended panels, figures, provenance and one HTML page.

INPUT: panels and tables of the whole run. OUTPUT: panel_K.csv, audit.csv, figures/,
provenance.json, config.yaml, report.html.
"""

ROBUSTNESS = f"{RESULTS}/robustness.csv" if config["evaluation"]["robustness"] else []
FIGURE = f"{RESULTS}/figures/{{figure}}_{{dataset}}_{{task}}.{{format}}"
FIGURES = ["quality", "agreement", "overlap", *(["robustness"] if ROBUSTNESS else [])]
OPTIMISM_FIGURES = expand(FIGURE, figure="optimism", format="svg", dataset=TWINS, task=TASKS)
PLACES = [(name, split, task) for name in DATASETS for split in SPLITS for task in TASKS]


rule recommend:
    """Write the recommended panel of each size: why each gene, what could replace it; the audit."""
    input:
        prepared=PREPARED,
        panels=files(SELECTED, "panels.json"),
    output:
        panels=[f"{TASK}/panel_{size}.csv" for size in SIZES],
        audit=f"{TASK}/audit.csv",
    log:
        f"{LOG}/{{task}}/recommend.log",
    benchmark:
        f"{BENCHMARK}/{{task}}/recommend.tsv"
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **FITTING,
    params:
        code=code("recommend.py"),
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
        panels=expand(files(SELECTED, "panels.json"), split=SPLITS, allow_missing=True),
    output:
        figures=expand(FIGURE, figure=FIGURES, format=FORMATS, allow_missing=True),
    log:
        f"{RESULTS}/logs/{{dataset}}/plot_figures_{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/plot_figures_{{task}}.tsv"
    localrule: True
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **TABLES,
    params:
        code=code("plot_figures.py"),
        figures=FIGURES,
    message:
        "draw figures: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/plot_figures.py"


if TWINS:

    rule plot_optimism:
        """Draw how much better panels look by random cells than by donors."""
        input:
            optimism=OPTIMISM,
        output:
            figures=expand(FIGURE, figure="optimism", format=FORMATS, allow_missing=True),
        log:
            f"{RESULTS}/logs/{{dataset}}/plot_optimism_{{task}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{{dataset}}/plot_optimism_{{task}}.tsv"
        localrule: True
        conda:
            "../envs/spinn-light.yaml"
        resources:
            **TABLES,
        params:
            code=code("plot_figures.py"),
            figures=["optimism"],
        message:
            "draw the optimism of random cells: {wildcards.task}, {wildcards.dataset}"
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
    resources:
        **TABLES,
    params:
        code=code("write_provenance.py"),
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
        **{name: f"{RESULTS}/{name}.csv" for name in (*TABLE_NAMES, "stability")},
        robustness=ROBUSTNESS,
        optimism=OPTIMISM,
        provenance=f"{RESULTS}/provenance.json",
        config=f"{RESULTS}/config.yaml",
        panels=everywhere([f"{TASK}/panel_{size}.csv" for size in SIZES]),
        audit=everywhere(f"{TASK}/audit.csv"),
        frequencies=FREQUENCIES,
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
    resources:
        **TABLES,
    params:
        code=code("write_report.py"),
        panels=[(*place, size) for size in SIZES for place in PLACES],
        places=PLACES,
    message:
        "write the report"
    script:
        "../scripts/write_report.py"
