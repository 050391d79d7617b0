"""How plots are put next to each other in a figure, and the bytes of a figure's files."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_UNDATED = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}
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


def row_of_plots(
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
            figure.legend(handles, labels, loc="outside right upper", frameon=False, handlelength=3)
    return figure


def encode(figure: Figure, formats: Iterable[str]) -> dict[str, bytes]:
    """Return a figure's files by format (svg, png, pdf); the same figure gives the same bytes."""
    contents = {}
    with rc_context(_STYLE):
        for name in formats:
            buffer = BytesIO()
            figure.savefig(buffer, format=name, dpi=150, metadata=_UNDATED[name])
            contents[name] = buffer.getvalue()
    return contents
