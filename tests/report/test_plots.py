"""What the artists hold, not how the pixels look."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spinn.report import figures, plots

SIZES = (8, 16, 32)
SELECTORS = ("bernoulli-rfe", "bernoulli-ranking", "greedy", "my_own")


def summary(dataset: str = "d", task: str = "classification") -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = [(size, name) for size in SIZES for name in (*SELECTORS, "floor")] + [(500, "ceiling")]
    parts = []
    for metric in ("macro_f1", "knn_share", "redundancy"):
        part = pd.DataFrame(rows, columns=["size", "selector"])
        part["mean"] = random.random(len(part)) / 2 + 0.25
        parts.append(part.assign(metric=metric, low=part["mean"] - 0.1, high=part["mean"] + 0.2))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(dataset=dataset, task=task, n_seeds=2, n_splits=1)


def stability(measures: tuple[str, ...] = ("nogueira", "jaccard")) -> pd.DataFrame:
    rows = [(name, size, measure) for name in SELECTORS for size in SIZES for measure in measures]
    table = pd.DataFrame(rows, columns=["selector", "size", "measure"])
    value = np.linspace(0.1, 0.9, len(table))
    low = np.where(table["selector"] == "greedy", np.nan, value - 0.1)
    ends = {"value": value, "low": low, "high": low + 0.2}
    return table.assign(dataset="d", task="classification", **ends, n_seeds=3, n_splits=1)


def overlap() -> pd.DataFrame:
    rows = [(size, a, b) for size in SIZES for a in SELECTORS for b in SELECTORS]
    table = pd.DataFrame(rows, columns=["size", "selector", "other"])
    table["value"] = np.random.default_rng(1).random(len(table))
    ends = {"low": table["value"] / 2, "high": 1.0}
    return table.assign(dataset="d", task="classification", **ends, n_seeds=2, n_splits=3)


def robustness() -> pd.DataFrame:
    rows = [
        (split, kind, size, level)
        for split in (1, 0)
        for kind in ("raw", "binary")
        for size in SIZES
        for level in (0.1, 1.0, 0.5)
    ]
    table = pd.DataFrame(rows, columns=["split", "inputs", "size", "efficiency"])
    value = np.random.default_rng(2).random(len(table))
    about = {"dataset": "d", "task": "classification", "selector": "greedy", "n_seeds": 2}
    return table.assign(**about, metric="macro_f1", value=value, low=value - 0.1, high=value + 0.2)


def lines(ax) -> dict:
    return {line.get_label(): line for line in ax.get_lines()}


@pytest.fixture
def ax():
    return Figure().subplots()


def test_lines_are_the_table(ax):
    table = summary().query("metric == 'macro_f1'")
    assert plots.quality_against_size(table, ax) is ax
    drawn = lines(ax)
    assert set(drawn) == {*SELECTORS, "_floor", "_ceiling"}
    for name in SELECTORS:
        own = table[table["selector"] == name].sort_values("size")
        np.testing.assert_array_equal(drawn[name].get_ydata(), own["mean"])
        octaves = np.log2(drawn[name].get_xdata() / np.array(SIZES))
        assert np.ptp(octaves) == pytest.approx(0)
        assert abs(octaves[0]) < 0.3  # beside its own size, never at the next
    spans = [
        np.array(segments)
        for bars in ax.collections
        if hasattr(bars, "get_segments") and len(segments := bars.get_segments())
    ]
    own = table[table["selector"] == SELECTORS[0]].sort_values("size")
    np.testing.assert_allclose(spans[0][:, :, 1], own[["low", "high"]])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["8", "16", "32"]


def test_the_order_of_rows_does_not_matter(ax):
    table = summary().query("metric == 'macro_f1' and selector == 'greedy'")
    plots.quality_against_size(table.iloc[::-1], ax)
    np.testing.assert_array_equal(lines(ax)["greedy"].get_ydata(), table["mean"])


def test_floor_and_ceiling_are_labelled(ax):
    table = summary().query("metric == 'macro_f1'")
    plots.quality_against_size(table, ax)
    assert {text.get_text() for text in ax.texts} == {"random panels", "all 500 genes"}
    ceiling = table.set_index("selector").loc["ceiling", "mean"]
    assert set(lines(ax)["_ceiling"].get_ydata()) == {ceiling}
    assert "_floor" not in ax.get_legend_handles_labels()[1]


def test_strategies_and_baselines_are_told_apart():
    solid, dashed = (plots.selector_style(f"jacobian-{kind}") for kind in ("rfe", "ranking"))
    assert solid["color"] == dashed["color"]
    assert solid["linestyle"] == "-" != dashed["linestyle"]
    exchanged = plots.selector_style("jacobian-rfe+exchange")
    assert exchanged == solid | {"marker": "P"}
    rankers = ("bernoulli", "gaussian", "imputation", "first_layer", "jacobian")
    assert len({plots.selector_style(f"{name}-rfe")["color"] for name in rankers}) == 5
    markers = [plots.selector_style(name)["marker"] for name in plots._BASELINES]
    assert len(set(markers)) == len(markers)


def test_agreement_lines_are_the_table(ax):
    table = stability(("nogueira",))
    plots.seed_agreement(table, ax)
    for name in SELECTORS:
        expected = table.loc[table["selector"] == name, "value"]
        np.testing.assert_array_equal(lines(ax)[name].get_ydata(), expected)


def test_heat_map_is_the_table(ax):
    table = overlap().query("size == 8").copy()
    blank = (table["selector"] == "greedy") & (table["other"] == "greedy")
    table.loc[blank, "value"] = np.nan
    plots.selector_overlap(table, ax)
    shown = ax.get_images()[0].get_array()
    for row in table.itertuples():
        place = SELECTORS.index(row.selector), SELECTORS.index(row.other)
        if np.isnan(row.value):
            assert np.ma.getmaskarray(shown)[place] or np.isnan(shown[place])
        else:
            assert shown[place] == row.value
    numbers = [text.get_text() for text in ax.texts]
    assert len(numbers) == 2 * (len(SELECTORS) ** 2 - 1)  # each with its interval
    row = table.iloc[0]
    assert f"{row['value']:.2f}".removeprefix("0") in numbers
    assert f"{row['low']:.2f}".removeprefix("0") + "–1.00" in numbers
    assert [label.get_text() for label in ax.get_yticklabels()] == list(SELECTORS)


def test_quality_figure_shows_headline_and_neighbours():
    figure = figures.quality_figure(summary(), "d", "classification")
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == [
        "macro F1\nhigher is better ↑",
        "share of the 15 nearest neighbours kept\nhigher is better ↑",
    ]
    assert "d, classification" in figure.get_suptitle()
    note = figure.texts[-1].get_text()
    assert "untouched test cells" in note
    assert "2 seeds, 1 split" in note
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(SELECTORS)


def failing(table, name):
    """The table with a selector that failed."""
    own = table["selector"] == name
    numbers = {name: table[name].mask(own) for name in ("mean", "low", "high")}
    return table.assign(**numbers, n_seeds=table["n_seeds"].mask(own, 0), n_splits=1 - own)


def test_quality_figure_names_those_that_failed():
    figure = figures.quality_figure(failing(summary(), "greedy"), "d", "classification")
    assert any("; failed: greedy" in text.get_text() for text in figure.texts)
    assert "mean of 2 seeds, 1 split;" in figure.texts[-1].get_text()
    assert [ax for ax in figure.axes if "greedy" in lines(ax)] == []
    table = summary()
    for name in SELECTORS:
        table = failing(table, name)
    figure = figures.quality_figure(table, "d", "classification")
    assert "mean of no seed" in figure.texts[-1].get_text()


def test_overlap_figure_without_panels_says_so():
    figure = figures.overlap_figure(overlap().head(0), "d", "classification")
    assert "no selector has panels" in [text.get_text() for text in figure.axes[0].texts]


def test_agreement_figure_has_a_panel_per_question():
    one = figures.agreement_figure(stability(), "d", "classification")
    assert len(one.axes) == 1
    assert "3 seeds, 1 split" in one.texts[-1].get_text()
    both = stability(("nogueira", "nogueira_splits"))
    assert len(figures.agreement_figure(both, "d", "classification").axes) == 2
    empty = figures.agreement_figure(stability().head(0), "d", "classification")
    assert "at least two seeds" in empty.axes[0].texts[0].get_text()


def test_efficiency_lines_are_the_table(ax):
    table = robustness().query("split == 0 and inputs == 'raw'")
    assert plots.quality_against_efficiency(table, ax) is ax
    drawn = lines(ax)
    assert set(drawn) == {f"{size} genes" for size in SIZES}
    for size in SIZES:
        own = table[table["size"] == size].sort_values("efficiency")
        np.testing.assert_array_equal(drawn[f"{size} genes"].get_ydata(), own["value"])
    assert ax.xaxis_inverted()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "0.5", "0.1"]


def test_robustness_figure_has_a_plot_per_kind_of_inputs():
    table = robustness()
    figure = figures.robustness_figure(table, "d", "classification")
    assert len(figure.axes) == 2
    first = table.query("split == 0 and inputs == 'binary' and size == 8")
    drawn = lines(figure.axes[1])["8 genes"].get_ydata()
    np.testing.assert_array_equal(drawn, first.sort_values("efficiency")["value"])
    assert "greedy; untouched test cells; mean of 2 seeds" in figure.texts[-1].get_text()
    empty = figures.robustness_figure(table, "d", "reconstruction")
    assert [text.get_text() for text in empty.axes[0].texts] == ["needs counts"]


def test_overlap_figure_takes_sizes():
    whole = figures.overlap_figure(overlap(), "d", "classification")
    assert [ax.get_title(loc="left") for ax in whole.axes] == ["8 genes", "32 genes"]
    assert "2 seeds, 3 splits" in whole.texts[-1].get_text()
    one = figures.overlap_figure(overlap(), "d", "classification", sizes=[16])
    assert [ax.get_title(loc="left") for ax in one.axes] == ["16 genes"]


@pytest.mark.parametrize("draw", [figures.quality_figure, figures.overlap_figure])
def test_absent_rows_are_named(draw):
    table = summary() if draw is figures.quality_figure else overlap()
    with pytest.raises(KeyError, match=r"no row of \('d', 'regression'\); it has \[\('d', 'class"):
        draw(table, "d", "regression")


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        figure = figures.quality_figure(summary("cost $5"), "cost $5", "classification")
        paths = figures.save(figure, tmp_path / folder / "quality.v1")
    assert [path.name for path in paths] == ["quality.v1.svg", "quality.v1.png", "quality.v1.pdf"]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "a" / path.name).read_bytes()


def test_drawing_leaves_no_global_state():
    code = "import sys, spinn.report.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
