"""The plotting rule: all figures of one data set and task. No torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from spinn.panel import load_panels
from spinn.records.tables import read_table
from spinn.report.figures import (
    agreement_figure,
    optimism_figure,
    overlap_figure,
    quality_figure,
    robustness_figure,
    save,
)
from spinn.stability.stability import panel_overlap, selected_panels


def plot_figures(
    tables: Mapping[str, str],
    panels: Sequence[str],
    *,
    folder: str,
    dataset: str,
    task: str,
) -> None:
    """Write quality, agreement, overlap and robustness figures, each as SVG, PNG and PDF.

    ``tables`` names summary, stability and robustness; without the last it has no figure.
    """
    documents = [load_panels(path).document() for path in panels]
    overlap = panel_overlap([panel for doc in documents for panel in selected_panels(doc)])
    figures = {
        "quality": quality_figure(read_table(tables["summary"]), dataset, task),
        "agreement": agreement_figure(read_table(tables["stability"]), dataset, task),
        "overlap": overlap_figure(overlap, dataset, task),
    }
    if tables.get("robustness"):
        rows = read_table(tables["robustness"])
        figures["robustness"] = robustness_figure(rows, dataset, task)
    for name, figure in figures.items():
        save(figure, Path(folder) / f"{name}_{dataset}_{task}")


def plot_optimism(optimism: str, *, folder: str, dataset: str, task: str) -> None:
    """Write the figure of splits by cells and by donors as SVG, PNG and PDF."""
    figure = optimism_figure(read_table(optimism), dataset, task)
    save(figure, Path(folder) / f"optimism_{dataset}_{task}")
