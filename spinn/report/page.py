"""The report: one self-contained HTML page."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from spinn.config.derived import twin_of
from spinn.metrics.registry import DIRECTION, headline_of
from spinn.report.comparisons import claims, difference_tables, normalised_tables, optimism_tables
from spinn.report.counts import behind
from spinn.report.coverage import coverage_tables
from spinn.report.figure_sources import SOURCES
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
    panel_table,
    part_table,
    recall_table,
    robustness_table,
    rows_of_task,
    smallest_table,
)
from spinn.report.tradeoff import tradeoff_tables

_TEMPLATES = Path(__file__).parent / "templates"

TABLES = (
    "recall",
    "differences",
    "normalised",
    "smallest",
    "costs",
    "robustness",
    "optimism",
    "tradeoff",
)
"""Tables of the whole run that the page shows in addition to summary and stability."""

Panels = Mapping[tuple[str, int, str, int], pd.DataFrame]
"""By dataset, split, task and size."""


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

    All text is escaped; figures are images without scripts; the page forbids loading anything.

    Parameters
    ----------
    panels
        The recommended panels, chosen from all cells: columns gene, rank, why, selector, in_judged
        (yes, no) and those of `spinn.explanation.substitutes`, if any. The first split of each task
        is shown.
    provenance
        Text to anything, shown as tables. `datasets` (name to split to facts: cells and genes
        before and after the filters, cells per part, whether counts were recovered) is shown with
        each dataset, `config` and all other keys at the end.
    figures
        File name without ending, {figure}_{dataset}_{task}, to SVG text; those of
        `figure_sources.SOURCES` are shown with their task.
    tables
        Those of `TABLES`, `audit`, `coverage` and `frequencies` by name, with columns dataset and
        task, the last three and `robustness` with a column split.
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
                _task(of_task, stability, panels, figures, tables)
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
        has_coverage=len(tables.get("coverage", ())) > 0,
        has_tradeoff=len(tables.get("tradeoff", ())) > 0,
        has_robustness=len(tables.get("robustness", ())) > 0,
        has_substitutes=any("loss" in panel for panel in panels.values()),
        provenance={name: flat(part) for name, part in provenance.items() if name != "datasets"},
    )


def _task(
    rows: pd.DataFrame,
    stability: pd.DataFrame,
    panels: Panels,
    figures: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """Return what the page shows of a dataset and task, of which ``rows`` are the summary's."""
    dataset, task = str(rows["dataset"].iloc[0]), str(rows["task"].iloc[0])
    present = set(rows["metric"])
    headline = headline_of(present)
    agreement = rows_of_task(stability, dataset, task).rename(columns={"value": "mean"})
    places = sorted(place for place in panels if (place[0], place[2]) == (dataset, task))
    names = [f"{figure}_{dataset}_{task}" for figure in SOURCES]
    parts = {name: rows_of_task(table, dataset, task) for name, table in tables.items()}

    def show(name: str, make: Callable[..., Any], *more: Any) -> Any:
        return make(parts[name], *more) if len(parts.get(name, ())) else ()

    return {
        "name": task,
        "answers": answers(rows[rows["metric"] == headline]),
        "headline": headline_table(rows, parts.get("costs")),
        "others": [metric_table(rows, name) for name in DIRECTION if name in present - {headline}],
        "notes": cautions(rows),
        "behind": behind(rows),
        "panels": [
            {
                "size": place[3],
                "rows": panel_table(panels[place]),
                "genes": ", ".join(map(str, panels[place]["gene"])),
                "selector": next(iter(panels[place]["selector"]), "none, as all failed"),
                "n_shared": int((panels[place]["in_judged"] == "yes").sum()),
            }
            for place in places
            if place[1] == places[0][1]
        ],
        "n_splits": len({split for _, split, *_ in places}),
        "figures": [
            {"name": name, "uri": _data_uri(figures[name])} for name in names if name in figures
        ],
        "stability": [
            grid(part) | {"label": str(measure), "behind": behind(part)}
            for measure, part in agreement.groupby("measure", sort=False)
        ],
        "claims": show("differences", claims, headline),
        "comparisons": [
            *show("differences", difference_tables, headline),
            *show("normalised", normalised_tables, headline),
        ],
        "optimism": show("optimism", optimism_tables, headline),
        "recall": show("recall", recall_table, rows),
        "costs": show("costs", cost_lines),
        "audit": show("audit", audit_table),
        "coverage": show("coverage", coverage_tables),
        "frequencies": show("frequencies", frequency_table),
        "robustness": show("robustness", robustness_table),
        "smallest": show("smallest", smallest_table),
        "tradeoff": show("tradeoff", tradeoff_tables),
    }


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
