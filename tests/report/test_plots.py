"""What the artists on the axes hold, not how the pixels look."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from spinn.report import plots
from spinn.selectors.registry import SELECTORS as REGISTRY
from tests.support.optimism import optimism_table
from tests.support.results import SELECTORS, SIZES, lines, overlap, robustness, stability, summary


@pytest.fixture
def ax():
    return Figure().subplots()


def test_lines_are_the_table(ax):
    table = summary().query("metric == 'macro_f1'")
    assert plots.quality_against_size(table, ax) is ax
    drawn = lines(ax)
    assert set(drawn) == {*SELECTORS, "_floor", "_ceiling"}
    for name in SELECTORS:
        rows = table[table["selector"] == name].sort_values("size")
        np.testing.assert_array_equal(drawn[name].get_ydata(), rows["mean"])
        octaves = np.log2(drawn[name].get_xdata() / np.array(SIZES))
        assert np.ptp(octaves) == pytest.approx(0)
        assert abs(octaves[0]) < 0.3  # near its size, never at the next
    spans = [
        np.array(segments)
        for bars in ax.collections
        if hasattr(bars, "get_segments") and len(segments := bars.get_segments())
    ]
    rows = table[table["selector"] == SELECTORS[0]].sort_values("size")
    np.testing.assert_allclose(spans[0][:, :, 1], rows[["low", "high"]])
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


def test_strategies_and_baselines_are_distinguished():
    solid, dashed = (plots.selector_style(f"jacobian-{kind}") for kind in ("rfe", "ranking"))
    assert solid["color"] == dashed["color"]
    assert solid["linestyle"] == "-" != dashed["linestyle"]
    exchanged = plots.selector_style("jacobian-rfe+exchange")
    assert exchanged == solid | {"marker": "P"}
    rankers = ("bernoulli", "gaussian", "imputation", "first_layer", "jacobian")
    assert len({plots.selector_style(f"{name}-rfe")["color"] for name in rankers}) == 5
    others = [name for name, entry in REGISTRY.items() if entry.kind in ("baseline", "peer")]
    markers = [plots.selector_style(name)["marker"] for name in others]
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


def test_efficiency_lines_are_the_table(ax):
    table = robustness().query("split == 0 and inputs == 'raw'")
    assert plots.quality_against_efficiency(table, ax) is ax
    drawn = lines(ax)
    assert set(drawn) == {f"{size} genes" for size in SIZES}
    for size in SIZES:
        rows = table[table["size"] == size].sort_values("efficiency")
        np.testing.assert_array_equal(drawn[f"{size} genes"].get_ydata(), rows["value"])
    assert ax.xaxis_inverted()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "0.5", "0.1"]


def test_gap_lines_are_the_table(ax):
    table = optimism_table(0.7, 0.6, selectors=("a", "b", "floor"))
    drawn = lines(plots.optimism_gap(table, ax))
    for name in ("a", "b", "floor"):
        expected = table.loc[table["selector"] == name, "gap"]
        np.testing.assert_array_equal(drawn[name].get_ydata(), expected)
    assert "ceiling" not in drawn
