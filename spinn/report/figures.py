"""Whole figures from whole tables, and how they are written to files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinn.metrics.registry import DIRECTION, HEADLINES, LABEL
from spinn.report.plots import (
    optimism_gap,
    quality_against_efficiency,
    quality_against_size,
    seed_agreement,
    selector_overlap,
)
from spinn.statistics.outcomes import judged
from spinn.statistics.tiers import REFERENCES

FORMATS = ("svg", "png", "pdf")
_BESIDE = ("fvu_panel_known", "balanced_accuracy", "knn_share")  # shown beside the headline
_LOOK: Any = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so every machine draws alike
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.edgecolor": "#737373",
    "figure.titlesize": 11,
    "pdf.fonttype": 42,
    "svg.hashsalt": "spinn",
    "text.parse_math": False,  # a name may hold a dollar sign
}


def quality_figure(summary: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return quality against panel size: the headline metric, then those beside it.

    Parameters
    ----------
    summary
        summary.csv.
    dataset, task
        What to show.

    Raises
    ------
    KeyError
        When the table has no row of this dataset and task.
    """
    rows = _rows(summary, dataset, task)
    failed = ", ".join(dict.fromkeys(rows.loc[rows["mean"].isna(), "selector"]))
    rows = judged(rows)
    metrics = _metrics(rows)
    with rc_context(_LOOK):
        figure = Figure(figsize=(3.4 * len(metrics) + 2.1, 4.6), layout="constrained")
        axes = figure.subplots(1, len(metrics), squeeze=False)[0]
        for metric, ax in zip(metrics, axes, strict=True):
            quality_against_size(rows[rows["metric"] == metric], ax)
            arrow = "↑" if DIRECTION[metric] == "higher" else "↓"
            ax.set_title(f"{LABEL[metric]}\n{DIRECTION[metric]} is better {arrow}")
        seeds = rows.loc[~rows["selector"].isin(REFERENCES), "n_seeds"]
        _title(
            figure,
            f"Quality of panels: {dataset}, {task}",
            f"untouched test cells; mean of {_count(seeds, 'seed')}, "
            f"{_count(rows['n_splits'], 'split')}; bars and bands: 95 % intervals"
            + (f"; failed: {failed}" if failed else ""),
        )
        _legend(figure, axes[0])
    return figure


def agreement_figure(stability: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return the agreement of each selector's panels against their size.

    Parameters
    ----------
    stability
        stability.csv; without rows of this dataset and task the figure says why.
    dataset, task
        What to show.
    """
    rows = stability[(stability["dataset"] == dataset) & (stability["task"] == task)]
    labels = {
        "nogueira": "agreement between seeds",
        "nogueira_correlated": "the same, stand-ins counted",
        "nogueira_splits": "agreement between splits",
        "nogueira_correlated_splits": "the same, stand-ins counted",
    }
    measures = [name for name in labels if name in set(rows["measure"])] or ["nogueira"]
    with rc_context(_LOOK):
        figure = Figure(figsize=(4.4 * len(measures) + 2.1, 4.6), layout="constrained")
        axes = figure.subplots(1, len(measures), squeeze=False)[0]
        for measure, ax in zip(measures, axes, strict=True):
            part = rows[rows["measure"] == measure]
            ax.set_title(f"{labels[measure]}\nNogueira's index; 1: the same genes, 0: chance")
            if part.empty:
                _blank(ax, "needs at least two seeds")
            else:
                seed_agreement(part, ax)
        _title(
            figure,
            f"Stability of panels: {dataset}, {task}",
            f"panels from training cells; {_behind(rows)}95 % intervals from three panels on",
        )
        if len(rows):
            _legend(figure, axes[0])
    return figure


def overlap_figure(
    overlap: pd.DataFrame,
    dataset: str,
    task: str,
    *,
    sizes: Sequence[int] | None = None,
) -> Figure:
    """Return heat maps of the genes that selectors share.

    Parameters
    ----------
    overlap
        The table of `spinn.stability.stability.panel_overlap`; where it is empty, all selectors failed, and
        the figure says so.
    dataset, task
        What to show.
    sizes
        One heat map each; the smallest and the largest if None.

    Raises
    ------
    KeyError
        When the table has no row of this dataset and task.
    """
    rows = overlap if overlap.empty else _rows(overlap, dataset, task)
    if sizes is None:
        sizes = sorted({*rows["size"].agg(["min", "max"]).dropna().astype(int)})
    side = 0.44 * rows["selector"].nunique()
    with rc_context(_LOOK):
        width = max((side + 0.3) * len(sizes) + 1.4, 6.9)
        figure = Figure(figsize=(width, side + 2.0), layout="compressed")
        axes = figure.subplots(1, max(len(sizes), 1), squeeze=False)[0]
        if overlap.empty:
            _blank(axes[0], "no selector has panels")
        for size, ax in zip(sizes, axes, strict=False):
            selector_overlap(rows[rows["size"] == size], ax)
            ax.set_title(f"{size} genes")
            ax.tick_params(labelleft=ax is axes[0])
        _title(
            figure,
            f"Genes that panels share: {dataset}, {task}",
            f"training cells; {_behind(rows)}mean Jaccard index of pairs, below it the 95 % "
            "interval (one pair: none)",
        )
    return figure


def robustness_figure(robustness: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return quality against detection efficiency, one plot per kind of inputs; the first split.

    Parameters
    ----------
    robustness
        robustness.csv; without rows of this dataset and task the figure says why.
    dataset, task
        What to show.
    """
    rows = robustness[(robustness["dataset"] == dataset) & (robustness["task"] == task)]
    rows = rows[rows["split"] == rows["split"].min()]
    kinds = list(dict.fromkeys(rows["inputs"])) or ["raw"]
    with rc_context(_LOOK):
        figure = Figure(figsize=(3.9 * len(kinds) + 2.1, 4.6), layout="constrained")
        axes = figure.subplots(1, len(kinds), squeeze=False, sharey=True)[0]
        if rows.empty:
            axes[0].set_axis_off()
            axes[0].text(0.5, 0.5, "needs counts", ha="center", transform=axes[0].transAxes)
        for kind, ax in zip(kinds, axes, strict=True):
            ax.set_title(
                {"raw": "levels read", "binary": "read only whether a gene is there"}[kind]
            )
            if len(rows):
                quality_against_efficiency(rows[rows["inputs"] == kind], ax)
        if len(rows):
            metric, selector = rows["metric"].iloc[0], rows["selector"].iloc[0]
            arrow = "↑" if DIRECTION[metric] == "higher" else "↓"
            axes[0].set_ylabel(f"{LABEL[metric]}, {DIRECTION[metric]} is better {arrow}")
            _legend(figure, axes[0])
            seeds = _count(rows["n_seeds"], "seed")
            _title(
                figure,
                f"Panels under detection loss: {dataset}, {task}",
                f"{selector}; untouched test cells; mean of {seeds}; bars: 95 % intervals",
            )
    return figure


def optimism_figure(optimism: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return by how much panels look better by random cells than by donors, against their size.

    Parameters
    ----------
    optimism
        optimism.csv.
    dataset, task
        What to show: the headline metric, then those beside it.

    Raises
    ------
    KeyError
        When the table has no row of this dataset and task.
    """
    rows = _rows(optimism, dataset, task)
    metrics = _metrics(rows)
    with rc_context(_LOOK):
        figure = Figure(figsize=(3.4 * len(metrics) + 2.1, 4.6), layout="constrained")
        axes = figure.subplots(1, len(metrics), squeeze=False)[0]
        for metric, ax in zip(metrics, axes, strict=True):
            optimism_gap(rows[rows["metric"] == metric], ax)
            ax.set_title(f"{LABEL[metric]}\nbetter by random cells: above 0")
        seeds = rows.loc[~rows["selector"].isin(REFERENCES), "n_seeds"]
        _title(
            figure,
            f"Random cells or held-out donors: {dataset}, {task}",
            f"untouched test cells; {_count(seeds, 'seed')}, {_count(rows['n_splits'], 'split')}; "
            f"{_count(rows['n_donors'], 'donor')} against {_count(rows['n_cells'], 'cell')}; "
            "95 % intervals",
        )
        _legend(figure, axes[0])
    return figure


def save(figure: Figure, path_stem: Path | str) -> list[Path]:
    """Write a figure as svg, png and pdf; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        What to write.
    path_stem
        Path without ending; its folder is made when missing.
    """
    stem = Path(path_stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in FORMATS]
    with rc_context(_LOOK):
        for path, ending in zip(paths, FORMATS, strict=True):
            figure.savefig(path, dpi=150, metadata=undated[ending])
    return paths


def _metrics(rows: pd.DataFrame) -> list[str]:
    """Return the metrics that are drawn beside each other: the headline, then those beside it."""
    present = set(rows["metric"])
    return [name for name in (*HEADLINES, *_BESIDE) if name in present]


def _rows(table: pd.DataFrame, dataset: str, task: str) -> pd.DataFrame:
    rows = table[(table["dataset"] == dataset) & (table["task"] == task)]
    if rows.empty:
        known = sorted(set(zip(table["dataset"], table["task"], strict=True)))
        raise KeyError(f"the table has no row of {(dataset, task)}; it has {known[:3]}")
    return rows


def _blank(ax: Axes, text: str) -> None:
    """Write into empty axes why they are empty."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, text, ha="center", transform=ax.transAxes)


def _title(figure: Figure, title: str, subtitle: str) -> None:
    # The empty second line of the title keeps the layout off the subtitle, which is set lighter.
    figure.suptitle(f"{title}\n", x=0.01, ha="left", weight="bold", linespacing=1.5)
    down = 0.26 / figure.get_figheight()
    figure.text(0.01, 1 - down, subtitle, fontsize=8.5, color="#595959", va="top")


def _legend(figure: Figure, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", frameon=False, handlelength=3)


def _behind(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    return f"{_count(rows['n_seeds'], 'seed')}, {_count(rows['n_splits'], 'split')}; "


def _count(numbers: pd.Series, noun: str) -> str:
    """Say "2 seeds", or "2 to 5 seeds" where selectors differ, or "no seed"."""
    if numbers.empty:
        return f"no {noun}"
    low, high = int(numbers.min()), int(numbers.max())
    text = str(low) if low == high else f"{low} to {high}"
    return f"{text} {noun}" if high == 1 else f"{text} {noun}s"
