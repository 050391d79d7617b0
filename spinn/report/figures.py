"""Whole figures from whole tables, each of one dataset and task.

Where the table has no row of these, figures of quality, overlap and optimism raise KeyError; those
of trade-offs, agreement and robustness, and an overlap without panels, say so.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from spinn.metrics.registry import DIRECTION, HEADLINES, LABEL
from spinn.report import plots
from spinn.report.counts import count, seeds_and_splits
from spinn.report.figure_sources import SOURCES
from spinn.report.layout import row_of_plots
from spinn.report.tables import rows_of_task
from spinn.report.tradeoff import first_run, with_ends
from spinn.statistics.outcomes import judged

_SECONDARY = ("fvu_panel_known", "balanced_accuracy", "knn_share")  # drawn next to the headline
_AGREEMENT = {
    "nogueira": "agreement between seeds",
    "nogueira_correlated": "the same, stand-ins counted",
    "nogueira_splits": "agreement between splits",
    "nogueira_correlated_splits": "the same, stand-ins counted",
}
_INPUTS = {"raw": "levels read", "binary": "read only whether a gene is there"}


def quality_figure(summary: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return quality against panel size, of summary.csv: the headline metric, then others."""
    rows = _rows(summary, dataset, task)
    failed = ", ".join(dict.fromkeys(rows.loc[rows["mean"].isna(), "selector"]))
    rows = judged(rows)
    return row_of_plots(
        [(f"{LABEL[name]}\n{_better(name)}", part) for name, part in _by_metric(rows)],
        plots.quality_against_size,
        f"Quality of panels: {dataset}, {task}\n"
        f"untouched test cells; mean of {seeds_and_splits(rows)}; bars and bands: 95 % intervals"
        + (f"; failed: {failed}" if failed else ""),
    )


def tradeoff_figure(tradeoff: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return what candidates for types and genes at once cost either goal, of tradeoff.csv."""
    rows = rows_of_task(tradeoff, dataset, task)
    draw = plots.price_of_candidates
    if rows.empty:
        return row_of_plots([("", rows)], draw, if_empty="needs the goal both and cell types")
    rows = with_ends(first_run(rows))
    metric = rows.loc[rows["goal"] == "types", "metric"].iloc[0]
    return row_of_plots(
        [(f"{size} genes", part) for size, part in rows.groupby("size")],
        draw,
        f"Types and genes at once: {dataset}, {task}\n"
        "training cells held out from refits; 1 seed, 1 split; bars: 95 % intervals",
        y_label=f"price for types: {LABEL[metric]}",
    )


def agreement_figure(stability: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return the agreement of each selector's panels, of stability.csv, against their size."""
    rows = rows_of_task(stability, dataset, task)
    present = set(rows["measure"])
    measures = [name for name in _AGREEMENT if name in present] or ["nogueira"]
    title = "{}\nNogueira's index; 1: the same genes, 0: chance"
    return row_of_plots(
        [(title.format(_AGREEMENT[name]), rows[rows["measure"] == name]) for name in measures],
        plots.seed_agreement,
        f"Stability of panels: {dataset}, {task}\n"
        f"panels from training cells; {_behind(rows)}95 % intervals from three panels on",
        width=4.4,
        if_empty="needs at least two seeds",
    )


def overlap_figure(
    overlap: pd.DataFrame, dataset: str, task: str, *, sizes: Sequence[int] | None = None
) -> Figure:
    """Return a heat map of the genes that selectors share for each size, or the extreme sizes.

    ``overlap`` is that of `spinn.stability.between_runs`, empty where all selectors failed.
    """
    rows = overlap if overlap.empty else _rows(overlap, dataset, task)
    if sizes is None:
        sizes = sorted({*rows["size"].agg(["min", "max"]).dropna().astype(int)})
    side = 0.44 * rows["selector"].nunique()
    figure = row_of_plots(
        [(f"{size} genes", rows[rows["size"] == size]) for size in sizes] or [("", rows)],
        plots.selector_overlap,
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
    """Return quality against detection efficiency by kind of inputs, of the first split."""
    rows = rows_of_task(robustness, dataset, task)
    rows = rows[rows["split"] == rows["split"].min()]
    draw = plots.quality_against_efficiency
    if rows.empty:
        return row_of_plots([(_INPUTS["raw"], rows)], draw, width=3.9, if_empty="needs counts")
    metric, selector = rows["metric"].iloc[0], rows["selector"].iloc[0]
    seeds = count(rows["n_seeds"], "seed")
    return row_of_plots(
        [(_INPUTS[str(kind)], part) for kind, part in rows.groupby("inputs", sort=False)],
        draw,
        f"Panels under detection loss: {dataset}, {task}\n"
        f"{selector}; untouched test cells; mean of {seeds}; bars: 95 % intervals",
        width=3.9,
        y_label=f"{LABEL[metric]}, {_better(metric)}",
    )


def optimism_figure(optimism: pd.DataFrame, dataset: str, task: str) -> Figure:
    """Return how much better panels score by random cells than by donors, of optimism.csv."""
    rows = _rows(optimism, dataset, task)
    units = f"{count(rows['n_donors'], 'donor')} against {count(rows['n_cells'], 'cell')}"
    return row_of_plots(
        [(f"{LABEL[name]}\nbetter by random cells: above 0", p) for name, p in _by_metric(rows)],
        plots.optimism_gap,
        f"Random cells or held-out donors: {dataset}, {task}\n"
        f"untouched test cells; {seeds_and_splits(rows)}; {units}; 95 % intervals",
    )


Draw = Callable[[pd.DataFrame, str, str], Figure]
DRAWN_BY: dict[str, Draw] = {name: globals()[f"{name}_figure"] for name in SOURCES}
"""Each figure's name to the function that draws it from its table: {name}_figure of this file."""


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
