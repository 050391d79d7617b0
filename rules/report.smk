"""Report: recommended panels, figures, provenance and one HTML page.

INPUT: panels and tables of the whole run. OUTPUT: panel_K.csv, audit.csv, load.csv, order_K/,
figures/, provenance.json, config.yaml, report.html.
"""

from spinn.report.figure_sources import SOURCES

ROBUSTNESS = f"{RESULTS}/robustness.csv" if config["evaluation"]["robustness"] else []
FIGURE = f"{RESULTS}/figures/{{figure}}_{{dataset}}_{{task}}.{{format}}"
RUN_TABLES = {name: f"{RESULTS}/{name}.csv" for name in (*TABLE_NAMES, "stability")}
# What figures of any data set are drawn from; those of optimism need a twin.
FIGURE_INPUTS = {
    **RUN_TABLES,
    "panels": expand(files(SELECTED, "panels.json"), split=SPLITS, allow_missing=True),
    **({"robustness": ROBUSTNESS} if ROBUSTNESS else {}),
    **({"tradeoff": TRADEOFF} if TRADEOFF else {}),
}
DRAWN = [name for name, source in SOURCES.items() if source in FIGURE_INPUTS]
DRAWN_OF_TWINS = [name for name, source in SOURCES.items() if source == "optimism"]
# How selectors look, so that figures are drawn again when that changes.
SHOWN = [SELECTORS[name] for name in config["selectors"]]
STYLES = [(entry.kind, entry.colour, entry.marker) for entry in SHOWN]
PLACES = [(name, split, task) for name in DATASETS for split in SPLITS for task in TASKS]
# Of a twin nothing is ordered: it only shows what its split costs.
ORDERS = expand(
    f"{TASK}/order_{{size}}", dataset=config["datasets"], split=SPLITS, task=TASKS, size=SIZES
)
# A user's own rules: orders are written again when they change.
OWN_RULES = config["platform"] and os.path.isfile(config["platform"])
PLATFORM_RULES = digest.file(config["platform"]) if OWN_RULES else None
COVERED = [place for place in PLACES if place[0] in LABELLED]


rule recommend:
    """Write the panels chosen from all cells: why each gene, what could replace it; the audit."""
    input:
        prepared=ALL_PREPARED,
        delivered=files(RECOMMENDED, "panels.json", place=ALL),
        panels=files(SELECTED, "panels.json"),
    output:
        panels=[f"{TASK}/panel_{size}.csv" for size in SIZES],
        audit=f"{TASK}/audit.csv",
        load=f"{TASK}/load.csv",
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
        rules=PLATFORM_RULES,
        sizes=SIZES,
        config=section("genes", "platform"),
    message:
        "write recommended panels: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/recommend.py"


rule order:
    """Write the files with which each of these panels is ordered."""
    input:
        delivered=files(RECOMMENDED, "panels.json", place=ALL),
        panels=[f"{TASK}/panel_{size}.csv" for size in SIZES],
    output:
        orders=[directory(f"{TASK}/order_{size}") for size in SIZES],
    log:
        f"{LOG}/{{task}}/order.log",
    benchmark:
        f"{BENCHMARK}/{{task}}/order.tsv"
    localrule: True
    conda:
        "../envs/spinn-light.yaml"
    resources:
        **TABLES,
    params:
        code=code("order.py"),
        platform=config["platform"],
        rules=PLATFORM_RULES,
        available=config["genes"]["available"],
    message:
        "write orders: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/order.py"


rule plot_figures:
    """Draw the figures of one data set and task."""
    input:
        **{SOURCES[name]: FIGURE_INPUTS[SOURCES[name]] for name in DRAWN},
    output:
        figures=expand(FIGURE, figure=DRAWN, format=FORMATS, allow_missing=True),
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
        figures=DRAWN,
        formats=FORMATS,
        styles=STYLES,
    message:
        "draw figures: {wildcards.task}, {wildcards.dataset}"
    script:
        "../scripts/plot_figures.py"


if TWINS:

    rule plot_optimism:
        """Draw how much better panels score by random cells than by donors."""
        input:
            optimism=OPTIMISM,
        output:
            figures=expand(FIGURE, figure=DRAWN_OF_TWINS, format=FORMATS, allow_missing=True),
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
            figures=DRAWN_OF_TWINS,
            formats=FORMATS,
            styles=STYLES,
        message:
            "draw the optimism of random cells: {wildcards.task}, {wildcards.dataset}"
        script:
            "../scripts/plot_figures.py"


rule write_provenance:
    """Write down inputs, filters, versions, seeds and the whole config."""
    input:
        prepared=[
            *everywhere(PREPARED, tasks=False),
            *expand(ALL_PREPARED, dataset=DATASETS),
        ],
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
        datasets=[
            *((name, f"split{split}") for name in DATASETS for split in SPLITS),
            *((name, "all") for name in DATASETS),
        ],
        root=ROOT,
    message:
        "write provenance"
    script:
        "../scripts/write_provenance.py"


rule write_report:
    """Put tables, figures, panels and provenance on one page."""
    input:
        **RUN_TABLES,
        robustness=ROBUSTNESS,
        tradeoff=TRADEOFF,
        optimism=OPTIMISM,
        provenance=f"{RESULTS}/provenance.json",
        config=f"{RESULTS}/config.yaml",
        panels=everywhere([f"{TASK}/panel_{size}.csv" for size in SIZES]),
        audit=everywhere(f"{TASK}/audit.csv"),
        coverage=expand(COVERAGE, dataset=LABELLED, split=SPLITS, task=TASKS),
        frequencies=FREQUENCIES,
        figures=[
            *expand(FIGURE, figure=DRAWN, format=FORMATS, dataset=DATASETS, task=TASKS),
            *expand(FIGURE, figure=DRAWN_OF_TWINS, format=FORMATS, dataset=TWINS, task=TASKS),
        ],
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
        covered=COVERED,
    message:
        "write the report"
    script:
        "../scripts/write_report.py"
