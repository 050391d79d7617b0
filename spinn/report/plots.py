"""Plots of tidy tables: each function draws on the axes it is given and returns them.

Tables hold the rows of one dataset and task. Their numbers are drawn as they are; nothing is
computed here. A line per selector has its intervals, spread sideways around the sizes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Transform

from spinn.metrics.registry import DIRECTION, LABEL
from spinn.selectors.registry import EXCHANGE, SELECTORS, Entry
from spinn.statistics.tiers import REFERENCES

_DODGE = 0.5  # octaves over which the selectors of one size are spread, so that intervals show


def selector_style(selector: str) -> dict[str, Any]:
    """Return line properties by the registry's colours, which colour-blind readers can distinguish.

    A ranker's line is solid for rfe, dashed for ranking, its circle a cross after an exchange of
    genes; the line of any other selector is dotted.
    """
    entry = SELECTORS.get(selector, Entry(selector, kind="baseline", takes=""))
    if entry.kind != "ranker":
        line = (0, (4, 1, 1, 1)) if entry.kind == "package" else (0, (1, 1.5))
        return {"color": entry.colour, "linestyle": line, "marker": entry.marker}
    is_solid = "-rfe" in selector
    return {
        "color": entry.colour,
        "linestyle": "-" if is_solid else (0, (4, 2)),
        "marker": "P" if selector.endswith(EXCHANGE) else "o",
        "markerfacecolor": entry.colour if is_solid else "white",
    }


def quality_against_size(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a metric of summary.csv against the panel size, one line per selector.

    `floor` becomes a shaded band, `ceiling` a line; both are labelled where they lie.
    """
    # Selectors lie between floor and ceiling: the labels go to the other sides of the two.
    up = 1 if DIRECTION[table["metric"].iloc[0]] == "higher" else -1
    _lines(table[~table["selector"].isin(REFERENCES)], ax, value="mean")
    floor = table[table["selector"] == "floor"].sort_values("size")
    if len(floor):
        ax.fill_between(
            floor["size"], floor["low"], floor["high"], color="#bdbdbd", alpha=0.5, lw=0, zorder=1
        )
        ax.plot(floor["size"], floor["mean"], color="#8c8c8c", lw=1, zorder=1, label="_floor")
        edge = floor["low" if up > 0 else "high"].iloc[0]
        _label(ax, "random panels", (floor["size"].iloc[0], edge), ax.transData, -up)
    for row in table[table["selector"] == "ceiling"].to_dict("records"):
        ax.axhspan(row["low"], row["high"], color="#56B4E9", alpha=0.2, lw=0, zorder=0)
        ax.axhline(row["mean"], color="#2b7bb0", lw=1, zorder=1, label="_ceiling")
        edge = row["high"] if up > 0 else row["low"]
        _label(ax, f"all {row['size']} genes", (0.02, edge), ax.get_yaxis_transform(), up)
    ax.margins(y=0.09)
    return ax


def price_of_candidates(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the prices of one size's candidates for types against those for genes, of tradeoff.csv.

    The table also has the ends of the prices' intervals. The candidate that was taken is filled; 0
    is the panel made for a goal alone.
    """
    genes, types = (table[table["goal"] == goal] for goal in ("genes", "types"))
    both = genes.merge(types, on=["candidate", "taken"], suffixes=("", "_types"))
    for _, rows in both.groupby(["price", "price_types"]):  # equal panels are one point
        row, name = rows.iloc[0], ",\n".join(rows["candidate"])
        x, y = row["price"], row["price_types"]
        is_taken = (rows["taken"] == "yes").any()
        colour = SELECTORS["recommended"].colour if is_taken else "#737373"
        ax.hlines(y, row["low"], row["high"], color=colour, lw=0.9, zorder=2)
        ax.vlines(x, row["low_types"], row["high_types"], color=colour, lw=0.9, zorder=2)
        ax.plot(x, y, "o", ms=4.5, color=colour, mfc=colour if is_taken else "white", zorder=3)
        ax.annotate(name, (x, y), (4, 4), textcoords="offset points", fontsize=7, color=colour)
    ax.axhline(0, color="#bdbdbd", lw=1, zorder=0)
    ax.axvline(0, color="#bdbdbd", lw=1, zorder=0)
    ax.set_xlabel(f"price for genes: {LABEL[genes['metric'].iloc[0]]}")
    ax.margins(0.15)
    return ax


def seed_agreement(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a measure of stability.csv against the panel size, one line per selector."""
    _lines(table, ax, value="value")
    ax.axhline(0, color="#bdbdbd", lw=1, zorder=0)
    ax.axhline(1, color="#bdbdbd", lw=1, zorder=0)
    return ax


def optimism_gap(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a metric's gaps of optimism.csv against the panel size; the ceiling is left out."""
    _lines(table[table["selector"] != "ceiling"], ax, value="gap")
    ax.axhline(0, color="#737373", lw=1, zorder=0)
    return ax


def selector_overlap(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a heat map of shared genes between selectors, each square with its number.

    The table of one size has every pair of columns selector and other, as
    `spinn.stability.between_runs.panel_overlap` returns; values in 0..1, NaN is left blank.
    """
    names = list(dict.fromkeys(table["selector"]))
    place = {name: i for i, name in enumerate(names)}
    values = table.pivot_table("value", "selector", "other", dropna=False)
    ax.imshow(values.loc[names, names], cmap="Blues", vmin=0, vmax=1, aspect="equal")
    for row in table.dropna(subset=["value"]).to_dict("records"):
        at = place[row["other"]], place[row["selector"]]
        color = "white" if row["value"] > 0.6 else "black"
        style: dict[str, Any] = {"ha": "center", "color": color}
        known = not np.isnan(row["low"])
        ax.text(*at, _short(row["value"]), va="bottom" if known else "center", fontsize=7, **style)
        if known:
            ends = f"{_short(row['low'])}–{_short(row['high'])}"
            ax.text(at[0], at[1] + 0.1, ends, va="top", fontsize=4.5, **style)
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def quality_against_efficiency(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a metric against the share of molecules detected, one line with intervals per size.

    The table is that part of robustness.csv with one split and kind of inputs. Nothing lost is at
    the left; larger panels are darker.
    """
    sizes = sorted(set(table["size"]))
    levels = sorted(set(table["efficiency"]), reverse=True)
    for i, size in enumerate(sizes):
        rows = table[table["size"] == size].sort_values("efficiency")
        shade = str(round(0.7 * (1 - i / max(len(sizes) - 1, 1)), 2))
        # Sizes are spread sideways, so that their intervals show.
        x = rows["efficiency"].to_numpy() * 2.0 ** (0.06 * (i - (len(sizes) - 1) / 2))
        ax.vlines(x, rows["low"], rows["high"], color=shade, lw=0.9, zorder=2)
        ax.plot(x, rows["value"], label=f"{size} genes", color=shade, marker="o", ms=3.8, lw=1.2)
    _log_axis(ax, levels, "share of molecules detected of a typical gene")
    ax.invert_xaxis()
    return ax


def _short(share: float) -> str:
    """Write a share with two digits and no leading zero."""
    return f"{share:.2f}".removeprefix("0")


def _lines(table: pd.DataFrame, ax: Axes, *, value: str) -> None:
    """Draw one dodged line per selector over logarithmic sizes."""
    names = list(dict.fromkeys(table["selector"]))
    offsets = np.linspace(-0.5, 0.5, len(names)) * _DODGE if len(names) > 1 else [0.0] * len(names)
    for name, offset in zip(names, offsets, strict=True):
        rows = table[table["selector"] == name].sort_values("size")
        x = rows["size"].to_numpy() * 2.0**offset
        style = selector_style(name)
        ax.vlines(x, rows["low"], rows["high"], color=style["color"], lw=0.9, alpha=0.55, zorder=2)
        ax.plot(x, rows[value], label=name, lw=1.2, ms=3.8, mew=0.9, zorder=3, **style)
    sizes = sorted(set(table["size"]))
    _log_axis(ax, sizes, "genes in the panel")
    if sizes:
        ax.set_xlim(sizes[0] * 2**-0.45, sizes[-1] * 2**0.45)


def _label(ax: Axes, text: str, at: tuple[float, float], system: Transform, side: int) -> None:
    """Write `text` just above (side 1) or below (side -1) a point."""
    style: Any = {"va": "bottom" if side > 0 else "top", "fontsize": 7.5, "color": "#595959"}
    ax.annotate(text, at, (0, 3 * side), system, "offset points", **style)


def _log_axis(ax: Axes, ticks: Sequence[float], label: str) -> None:
    """Set a logarithmic x axis, and a grid for the y axis."""
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(label)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#ebebeb", lw=0.7)
    ax.set_axisbelow(True)
