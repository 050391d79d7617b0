"""Whole figures from whole tables, and how they are written to files."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinn.metrics.registry import DIRECTION, HEADLINES, LABEL
from spinn.report.counts import count, seeds_and_splits
from spinn.report.plots import (
    optimism_gap,
    quality_against_efficiency,
    quality_against_size,
    seed_agreement,
    selector_overlap,
)
from spinn.report.tables import rows_of_task
from spinn.statistics.outcomes import judged

FORMATS = ("svg", "png", "pdf")
_SECONDARY = ("fvu_panel_known", "balanced_accuracy", "knn_share")  # drawn next to the headline
_AGREEMENT = {
    "nogueira": "agreement between seeds",
    "nogueira_correlated": "the same, stand-ins counted",
    "nogueira_splits": "agreement between splits",
    "nogueira_correlated_splits": "the same, stand-ins counted",
}
_INPUTS = {"raw": "levels read", "binary": "read only whether a gene is there"}
_STYLE: Any = {
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
    """Return quality against panel size: the headline metric, then secondary ones.

    Parameters
    ----------
    summary, dataset, task
        summary.csv, and the names of what to show.

    Raises
    ------
    KeyError
        When the table has no row of this dataset and task.
    """
    rows = _rows(summary, dataset, task)
    failed = ", ".join(dict.fromkeys(rows.loc[rows["mean"].isna(), "selector"]))
    rows = judged(rows)
    return _row_of_plots(
        [(f"{LABEL[name]}\n{_better(name)}", part) for name, part in _by_metric(rows)],
        quality_against_size,
        f"Quality of panels: {dataset}, {task}\n"
        f"untouched test cells; mean of {seeds_and_splits(rows)}; bars and bands: 95 % intervals"
        + (f"; failed: {failed}" if failed else ""),
    )


def agreement_figure(stability: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return the agreement of each selector's panels against their size.

    Parameters
    ----------
    stability, dataset, task
        stability.csv, and the names of what to show; the figure says so where there are no rows.
    """
    rows = rows_of_task(stability, dataset, task)
    present = set(rows["measure"])
    measures = [name for name in _AGREEMENT if name in present] or ["nogueira"]
    title = "{}\nNogueira's index; 1: the same genes, 0: chance"
    return _row_of_plots(
        [(title.format(_AGREEMENT[name]), rows[rows["measure"] == name]) for name in measures],
        seed_agreement,
        f"Stability of panels: {dataset}, {task}\n"
        f"panels from training cells; {_behind(rows)}95 % intervals from three panels on",
        width=4.4,
        if_empty="needs at least two seeds",
    )


def overlap_figure(
    overlap: pd.DataFrame, dataset: str, task: str, *, sizes: Sequence[int] | None = None
) -> Figure:
    """Return heat maps of the genes that selectors share.

    Parameters
    ----------
    overlap, dataset, task
        The table of `spinn.stability.between_runs.panel_overlap`, and the names of what to show.
        The figure says so where the table is empty because all selectors failed.
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
    figure = _row_of_plots(
        [(f"{size} genes", rows[rows["size"] == size]) for size in sizes] or [("", rows)],
        selector_overlap,
        f"Genes that panels share: {dataset}, {task}\n"
        f"training cells; {_behind(rows)}mean Jaccard index of pairs, below it the 95 % interval "
        "(one pair: none)",
        figsize=(max((side + 0.3) * len(sizes) + 1.4, 6.9), side + 2.0),
        if_empty="no selector has panels",
    )
    for ax in figure.axes[1:]:
        ax.tick_params(labelleft=False)
    return figure


def robustness_figure(robustness: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return quality against detection efficiency, one plot per kind of inputs; the first split.

    Parameters
    ----------
    robustness, dataset, task
        robustness.csv, and the names of what to show; the figure says so where there are no rows.
    """
    rows = rows_of_task(robustness, dataset, task)
    rows = rows[rows["split"] == rows["split"].min()]
    draw = quality_against_efficiency
    if rows.empty:
        return _row_of_plots([(_INPUTS["raw"], rows)], draw, width=3.9, if_empty="needs counts")
    metric, selector = rows["metric"].iloc[0], rows["selector"].iloc[0]
    seeds = count(rows["n_seeds"], "seed")
    return _row_of_plots(
        [(_INPUTS[str(kind)], part) for kind, part in rows.groupby("inputs", sort=False)],
        draw,
        f"Panels under detection loss: {dataset}, {task}\n"
        f"{selector}; untouched test cells; mean of {seeds}; bars: 95 % intervals",
        width=3.9,
        y_label=f"{LABEL[metric]}, {_better(metric)}",
    )


def optimism_figure(optimism: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return how much better panels score by random cells than by donors, as `quality_figure`.

    Parameters
    ----------
    optimism, dataset, task
        optimism.csv, and the names of what to show.

    Raises
    ------
    KeyError
        When the table has no row of this dataset and task.
    """
    rows = _rows(optimism, dataset, task)
    units = f"{count(rows['n_donors'], 'donor')} against {count(rows['n_cells'], 'cell')}"
    return _row_of_plots(
        [(f"{LABEL[name]}\nbetter by random cells: above 0", p) for name, p in _by_metric(rows)],
        optimism_gap,
        f"Random cells or held-out donors: {dataset}, {task}\n"
        f"untouched test cells; {seeds_and_splits(rows)}; {units}; 95 % intervals",
    )


Draw = Callable[[pd.DataFrame, str, str], Figure]
FIGURES: dict[str, tuple[str, Draw]] = {
    "quality": ("summary", quality_figure),
    "agreement": ("stability", agreement_figure),
    "overlap": ("panels", overlap_figure),
    "robustness": ("robustness", robustness_figure),
    "optimism": ("optimism", optimism_figure),
}
"""The table that each figure is drawn from (panels: their overlap), and what draws it."""


def save(figure: Figure, path_stem: Path | str, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in some formats; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        What to write.
    path_stem
        Path without ending; its folder is made when missing.
    formats
        Which of the three.
    """
    stem = Path(path_stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    undated = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}
    paths = {ending: stem.with_name(f"{stem.name}.{ending}") for ending in formats}
    with rc_context(_STYLE):
        for ending, path in paths.items():
            figure.savefig(path, dpi=150, metadata=undated[ending])
    return list(paths.values())


def _row_of_plots(
    plots: Sequence[tuple[str, pd.DataFrame]],
    draw: Callable[[pd.DataFrame, Axes], Axes],
    title: str = "",
    *,
    width: float = 3.4,
    figsize: tuple[float, float] | None = None,
    y_label: str = "",
    if_empty: str = "",
) -> Figure:
    """Return a figure with one plot per (title, rows), and one legend for all.

    The second line of ``title`` is the subtitle. With a label all share the y axis. A plot without
    rows says ``if_empty``.
    """
    with rc_context(_STYLE):
        if figsize is None:
            figure = Figure(figsize=(width * len(plots) + 2.1, 4.6), layout="constrained")
        else:
            figure = Figure(figsize=figsize, layout="compressed")
        axes = figure.subplots(1, len(plots), squeeze=False, sharey=bool(y_label))[0]
        for (heading, rows), ax in zip(plots, axes, strict=True):
            ax.set_title(heading)
            if len(rows):
                draw(rows, ax)
            else:
                ax.set_axis_off()
                ax.text(0.5, 0.5, if_empty, ha="center", transform=ax.transAxes)
        axes[0].set_ylabel(y_label)
        if title:
            first, _, second = title.partition("\n")
            # The empty second line keeps the layout off the subtitle, which is set lighter.
            figure.suptitle(f"{first}\n", x=0.01, ha="left", weight="bold", linespacing=1.5)
            top = 1 - 0.26 / figure.get_figheight()
            figure.text(0.01, top, second, fontsize=8.5, color="#595959", va="top")
        handles, labels = axes[0].get_legend_handles_labels()
        if handles:
            style: dict[str, Any] = {"frameon": False, "handlelength": 3}
            figure.legend(handles, labels, loc="outside right upper", **style)
    return figure


def _by_metric(rows: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Return the metrics that are drawn, the headline first, each with its rows."""
    present = set(rows["metric"])
    names = [name for name in (*HEADLINES, *_SECONDARY) if name in present]
    return [(name, rows[rows["metric"] == name]) for name in names]


def _rows(table: pd.DataFrame, dataset: str, task: str) -> pd.DataFrame:
    rows = rows_of_task(table, dataset, task)
    if rows.empty:
        known = sorted(set(zip(table["dataset"], table["task"], strict=True)))
        raise KeyError(f"the table has no row of {(dataset, task)}; it has {known[:3]}")
    return rows


def _better(metric: str) -> str:
    return f"{DIRECTION[metric]} is better {'↑' if DIRECTION[metric] == 'higher' else '↓'}"


def _behind(rows: pd.DataFrame) -> str:
    return f"{seeds_and_splits(rows)}; " if len(rows) else ""
