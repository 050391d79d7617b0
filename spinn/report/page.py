"""The report: one self-contained HTML page."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from spinn.config.derived import twin_of
from spinn.metrics.registry import DIRECTION, headline_of
from spinn.report.comparisons import claims, comparison_tables, optimism_tables
from spinn.report.counts import behind
from spinn.report.frequencies import frequency_table
from spinn.report.tables import (
    answers,
    audit_table,
    cautions,
    cost_lines,
    flat,
    grid,
    headline_table,
    metric_table,
    part_table,
    recall_table,
    robustness_table,
    rows_of_task,
    smallest_table,
)

_TEMPLATES = Path(__file__).parent / "templates"

TABLES = ("recall", "differences", "normalised", "smallest", "costs", "robustness", "optimism")
"""Tables of the whole run that the page shows in addition to summary and stability."""

Panels = Mapping[tuple[str, int, str, int], pd.DataFrame]


def render(
    *,
    summary: pd.DataFrame,
    stability: pd.DataFrame,
    panels: Panels,
    provenance: Mapping[str, Any],
    figures: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame] | None = None,
    title: str = "Gene panels",
) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    summary, stability
        summary.csv and stability.csv.
    panels
        (dataset, split, task, size) to the recommended panel: columns gene, rank, why, and those
        of `spinn.explanation.substitutes`, if any. The first split of each task is shown.
    provenance
        Text to anything, shown as tables. `datasets` (name to split to facts: cells and genes
        before and after the filters, cells per part, whether counts were recovered) is shown with
        each dataset, `config` and all other keys at the end.
    figures
        File name without ending to SVG text. quality_, agreement_ and overlap_{dataset}_{task}
        are shown with their task.
    tables
        Further tables by file name, each with columns dataset and task: `recall`, `differences`,
        `normalised`, `smallest`, `optimism`; `costs`: what every run cost, and why some failed;
        `audit`, `robustness` and `frequencies`, with a column split.
    title
        Of the page.

    Notes
    -----
    All text is escaped; figures are images without scripts; the page forbids loading anything.
    """
    tables = tables or {}
    facts = provenance.get("datasets", {})
    datasets = [
        {
            "name": dataset,
            "twin": twin_of(str(dataset)),
            "facts": flat(facts.get(dataset, {})),
            "parts": part_table(facts.get(dataset, {})),
            "tasks": [
                _task(str(dataset), str(task), of_task, stability, panels, figures)
                | _further(str(dataset), str(task), of_task, tables)
                for task, of_task in rows.groupby("task", sort=False)
            ],
        }
        for dataset, rows in summary.groupby("dataset", sort=False)
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        title=title,
        datasets=datasets,
        metrics=set(summary["metric"]),
        has_robustness=len(tables.get("robustness", ())) > 0,
        has_spares=any("loss" in panel for panel in panels.values()),
        provenance={name: flat(part) for name, part in provenance.items() if name != "datasets"},
    )


def read_figures(folder: Path | str) -> dict[str, str]:
    """Read all SVG files of a folder: name without ending to text."""
    return {path.stem: path.read_text("utf-8") for path in sorted(Path(folder).glob("*.svg"))}


def _task(
    dataset: str,
    task: str,
    rows: pd.DataFrame,
    stability: pd.DataFrame,
    panels: Panels,
    figures: Mapping[str, str],
) -> dict[str, Any]:
    present = set(rows["metric"])
    metrics = [name for name in DIRECTION if name in present]
    headline = headline_of(present)
    agreement = rows_of_task(stability, dataset, task)
    splits = sorted({split for name, split, of, _ in panels if (name, of) == (dataset, task)})
    kinds = ("quality", "agreement", "overlap", "robustness", "optimism")
    names = [f"{kind}_{dataset}_{task}" for kind in kinds]
    return {
        "name": task,
        "answers": answers(rows[rows["metric"] == headline]),
        "others": [metric_table(rows, metric) for metric in metrics if metric != headline],
        "notes": cautions(rows),
        "behind": behind(rows),
        "panels": [
            {
                "size": size,
                "rows": panel.to_dict("records"),
                "genes": ", ".join(map(str, panel["gene"])),
            }
            for (name, split, of, size), panel in sorted(panels.items(), key=lambda item: item[0])
            if (name, of) == (dataset, task) and split == splits[0]
        ],
        "n_splits": len(splits),
        "figures": [
            {"name": name, "uri": _data_uri(figures[name])} for name in names if name in figures
        ],
        "stability": [
            grid(part.rename(columns={"value": "mean"}))
            | {"label": str(measure), "behind": behind(part)}
            for measure, part in agreement.groupby("measure", sort=False)
        ],
    }


def _further(
    dataset: str, task: str, rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return what the further tables hold of a dataset and task; ``rows`` are the summary's."""
    part = {name: rows_of_task(table, dataset, task) for name, table in tables.items()}
    headline = headline_of(rows["metric"])
    differences, normalised = part.get("differences"), part.get("normalised")
    return {
        "headline": headline_table(rows, part.get("costs")),
        "costs": cost_lines(part.get("costs")),
        "recall": recall_table(part.get("recall"), rows),
        "audit": audit_table(part.get("audit")),
        "frequencies": frequency_table(part.get("frequencies")),
        "optimism": optimism_tables(part.get("optimism"), headline),
        "claims": claims(differences, headline),
        "comparisons": comparison_tables(differences, normalised, headline),
        "robustness": robustness_table(part.get("robustness")),
        "smallest": smallest_table(part.get("smallest")),
    }


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
