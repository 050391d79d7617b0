"""Plots of tidy tables: each function draws on the axes it is given and returns them.

Numbers come from the tables as they are; nothing is computed here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Transform

from spinn.metrics.registry import DIRECTION
from spinn.statistics.tiers import REFERENCES

# Okabe and Ito's palette, told apart by colour-blind readers.
_RANKERS = {
    "bernoulli": "#0072B2",
    "gaussian": "#D55E00",
    "imputation": "#009E73",
    "first_layer": "#CC79A7",
    "jacobian": "#E69F00",
}
_BASELINES = {
    "greedy": ("#1a1a1a", "s"),
    "greedy_split": ("#1a1a1a", "D"),
    "greedy_mixed": ("#1a1a1a", "o"),
    "pca": ("#595959", "^"),
    "hvg": ("#595959", "v"),
    "markers": ("#8c8c8c", "P"),
    "random": ("#8c8c8c", "X"),
    "genebasis": ("#56B4E9", "<"),
    "cosine": ("#56B4E9", ">"),
    "persist": ("#56B4E9", "p"),
    "concrete_ae": ("#56B4E9", "*"),
}
_PEERS = {"lassonet": "<", "cosg": ">", "spapros": "d", "scgenefit": "*"}
_DODGE = 0.5  # octaves over which the selectors of one size are spread, so that intervals show


def selector_style(selector: str) -> dict[str, Any]:
    """Return line properties: a ranker's colour, solid for rfe, dashed for ranking; else dotted.

    A gene exchange after it makes the circle a cross.
    """
    plain, exchange, _ = selector.partition("+")
    ranker, _, strategy = plain.rpartition("-")
    if ranker in _RANKERS:
        solid = strategy == "rfe"
        return {
            "color": _RANKERS[ranker],
            "linestyle": "-" if solid else (0, (4, 2)),
            "marker": "P" if exchange else "o",
            "markerfacecolor": _RANKERS[ranker] if solid else "white",
        }
    if selector in _PEERS:
        return {"color": "#8c564b", "linestyle": (0, (4, 1, 1, 1)), "marker": _PEERS[selector]}
    color, marker = _BASELINES.get(selector, ("#737373", "h"))
    return {"color": color, "linestyle": (0, (1, 1.5)), "marker": marker}


def quality_against_size(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a metric against the panel size, one line with intervals per selector.

    Parameters
    ----------
    table
        Rows of summary.csv of one dataset, task and metric. `floor` becomes a shaded band,
        `ceiling` a line; both are labelled where they lie.
    ax
        Where to draw. Selectors are spread sideways around their size.
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


def seed_agreement(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the agreement of panels against their size, one line with intervals per selector.

    Parameters
    ----------
    table
        Rows of stability.csv of one dataset, task and measure.
    ax
        Where to draw.
    """
    _lines(table, ax, value="value")
    ax.axhline(0, color="#bdbdbd", lw=1, zorder=0)
    ax.axhline(1, color="#bdbdbd", lw=1, zorder=0)
    return ax


def optimism_gap(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw gaps with intervals against the panel size, one line per selector, random panels too.

    Parameters
    ----------
    table
        Rows of optimism.csv of one dataset, task and metric.
    ax
        Where to draw; the ceiling is left out.
    """
    _lines(table[table["selector"] != "ceiling"], ax, value="gap")
    ax.axhline(0, color="#737373", lw=1, zorder=0)
    return ax


def selector_overlap(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a heat map of shared genes between selectors, each square with its number.

    Parameters
    ----------
    table
        Columns selector, other, value (0..1, NaN is left blank), low, high: every pair of one
        dataset, task and size, as `spinn.stability.stability.panel_overlap` returns.
    ax
        Where to draw.
    """
    names = list(dict.fromkeys(table["selector"]))
    place = {name: i for i, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for row in table.to_dict("records"):
        values[place[row["selector"]], place[row["other"]]] = row["value"]
    ax.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    for row in table.dropna(subset=["value"]).to_dict("records"):
        at = place[row["other"]], place[row["selector"]]
        look: dict[str, Any] = {"ha": "center", "color": "white" if row["value"] > 0.6 else "black"}
        known = not np.isnan(row["low"])
        ax.text(*at, _short(row["value"]), va="bottom" if known else "center", fontsize=7, **look)
        if known:
            ends = f"{_short(row['low'])}–{_short(row['high'])}"
            ax.text(at[0], at[1] + 0.1, ends, va="top", fontsize=4.5, **look)
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def quality_against_efficiency(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw a metric against the share of molecules detected, one line with intervals per size.

    Parameters
    ----------
    table
        Rows of robustness.csv of one dataset, split, task and kind of inputs.
    ax
        Where to draw; nothing lost is at the left. Larger panels are darker.
    """
    sizes = sorted(set(table["size"]))
    levels = sorted(set(table["efficiency"]), reverse=True)
    for i, size in enumerate(sizes):
        own = table[table["size"] == size].sort_values("efficiency")
        shade = str(round(0.7 * (1 - i / max(len(sizes) - 1, 1)), 2))
        # Sizes are spread sideways, so that their intervals show.
        x = own["efficiency"].to_numpy() * 2.0 ** (0.06 * (i - (len(sizes) - 1) / 2))
        ax.vlines(x, own["low"], own["high"], color=shade, lw=0.9, zorder=2)
        ax.plot(x, own["value"], label=f"{size} genes", color=shade, marker="o", ms=3.8, lw=1.2)
    ax.set_xscale("log", base=2)
    ax.set_xticks(levels, [f"{level:g}" for level in levels])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.invert_xaxis()
    ax.set_xlabel("share of molecules detected of a typical gene")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#ebebeb", lw=0.7)
    ax.set_axisbelow(True)
    return ax


def _short(share: float) -> str:
    """Write a share with two digits and no leading zero."""
    return f"{share:.2f}".removeprefix("0")


def _lines(table: pd.DataFrame, ax: Axes, *, value: str) -> None:
    """Draw one dodged line per selector over logarithmic sizes."""
    names = list(dict.fromkeys(table["selector"]))
    offsets = (
        np.linspace(-0.5, 0.5, len(names)) * _DODGE if len(names) > 1 else np.zeros(len(names))
    )
    for name, offset in zip(names, offsets, strict=True):
        own = table[table["selector"] == name].sort_values("size")
        x = own["size"].to_numpy() * 2.0**offset
        style = selector_style(name)
        ax.vlines(x, own["low"], own["high"], color=style["color"], lw=0.9, alpha=0.55, zorder=2)
        ax.plot(x, own[value], label=name, lw=1.2, ms=3.8, mew=0.9, zorder=3, **style)
    _size_axis(ax, sorted(set(table["size"])))


def _label(ax: Axes, text: str, at: tuple[float, float], system: Transform, side: int) -> None:
    """Write `text` just above (side 1) or below (side -1) a point."""
    ax.annotate(
        text,
        at,
        xycoords=system,
        xytext=(0, 3 * side),
        textcoords="offset points",
        va="bottom" if side > 0 else "top",
        fontsize=7.5,
        color="#595959",
    )


def _size_axis(ax: Axes, sizes: Sequence[int]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    if sizes:
        ax.set_xlim(sizes[0] * 2**-0.45, sizes[-1] * 2**0.45)
    ax.set_xlabel("genes in the panel")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#ebebeb", lw=0.7)
    ax.set_axisbelow(True)
