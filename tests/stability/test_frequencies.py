"""Selection frequencies: counts by hand, published bounds, planted and null genes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.panel import ranked_path
from spinn.selectors.choose import choose
from spinn.selectors.registry import SELECTORS
from spinn.selectors.run import Run, TrainingCells
from spinn.stability.frequencies import COLUMNS, LEVEL, false_any, false_unimodal, frequencies
from spinn.statistics.proportions import wilson
from tests.support.cells import make_data
from tests.support.unstructured import structured, unstructured


def baselines(*names, task="classification", sizes=(4,)):
    def choose_each(data, *, seed):
        cells = TrainingCells(data, task)
        return {name: choose(cells, Run(name, sizes, seed)).path for name in names}

    return choose_each


def test_frequencies_are_counts_over_halves():
    data, calls = make_data(80, 20), []

    def by_hand(half, *, seed):
        calls.append((half, seed))
        genes = ["g01", "g02"] if seed % 2 and len(calls) % 2 else ["g01", f"g{5 + seed:02d}"]
        return {"mine": ranked_path(genes, [1.0, 0.5], [2])}

    table = frequencies(data, by_hand, sizes=[2], n_pairs=3)
    assert tuple(table.columns) == COLUMNS
    assert len(calls) == 12  # six halves, each also scrambled
    assert [seed for _, seed in calls] == [i // 2 for i in range(12)]
    n_rest = (data.part != "train").sum()
    assert all((half.part != "train").sum() == n_rest for half, _ in calls)
    assert table["gene"].iloc[0] == "g01"
    row = table.set_index("gene").loc
    assert row["g01", ["frequency", "scrambled"]].tolist() == [1, 1]
    assert row["g02", "frequency"] == 0.5
    assert row["g02", "scrambled"] == 0
    ends = [float(end) for end in wilson(0.5, 6)]
    assert row["g02", ["low", "high"]].tolist() == pytest.approx(ends)
    assert (table["by_chance"] == 0.1).all()
    assert (table["n_halves"] == 6).all()
    assert not table["stable"].any()


@given(st.floats(0.51, 1), st.integers(1, 60), st.integers(100, 3000))
def test_the_bound_for_exchangeable_noise_is_the_published_one(frequency, size, n_genes):
    bounds = false_any(np.array([frequency, 0.5, 0.2]), size=size, n_genes=n_genes)
    assert bounds[0] == pytest.approx(size**2 / n_genes / (2 * frequency - 1))
    assert np.isinf(bounds[1:]).all()


def test_the_unimodal_bound_is_the_published_one():
    def bound(f, **changes):
        given_ = {"n_pairs": 50, "size": 10, "n_genes": 1000} | changes
        return false_unimodal(np.array([f]), **given_)[0]

    assert bound(0.6) == pytest.approx(0.1 / (2 * (0.2 - 0.01)))
    assert bound(0.9) == pytest.approx(0.1 * 4 * 0.11 / 1.02)
    assert bound(0.75) == pytest.approx(bound(0.75 + 1e-9), rel=0.01)  # the two parts meet
    assert np.isinf([bound(0.5), bound(0.51), bound(0.9, size=600)]).all()
    grid = np.linspace(0.52, 1, 200)
    values = false_unimodal(grid, n_pairs=50, size=10, n_genes=1000)
    assert (np.diff(values) < 0).all()
    assert (values <= false_any(grid, size=10, n_genes=1000) * 1.1).all()


def test_genes_that_mark_types_are_stable_and_those_that_only_vary_are_not():
    data = structured(0)
    selectors = baselines("markers", "greedy_split", "hvg", "random", sizes=[8])
    table = frequencies(data, selectors, sizes=[8], n_pairs=25)
    stable = table[table["stable"]]
    assert set(stable["selector"]) == {"markers", "greedy_split"}
    assert stable["selector"].value_counts().min() >= 2
    assert (stable["false_unimodal"] <= LEVEL).all()
    assert (stable["low"] > stable["scrambled_high"]).all()
    spread = table[(table["selector"] == "hvg") & (table["frequency"] >= 0.9)]
    assert len(spread) >= 1  # chosen always, in scrambled cells too
    assert not spread["stable"].any()


@pytest.mark.slow
@pytest.mark.parametrize("task", ["classification", "reconstruction"])
@pytest.mark.parametrize("seed", [0, 1])
def test_without_structure_no_gene_is_stable(task, seed):
    data = unstructured(structured(seed), seed=100 + seed)
    names = [name for name, entry in SELECTORS.items() if entry.kind == "baseline"]
    table = frequencies(
        data, baselines(*names, task=task, sizes=[4, 12]), sizes=[4, 12], n_pairs=25
    )
    assert not table["stable"].any()
    # Intervals against chance alone would make dozens of genes stable.
    share = 0.05 / data.n_genes
    low = wilson(table["frequency"], table["n_halves"], error=share)[0]
    assert (low > table["by_chance"]).sum() > 30


def test_at_least_one_pair_is_needed():
    with pytest.raises(ValueError, match="n_pairs must be at least 1, got 0"):
        frequencies(make_data(), baselines("random"), sizes=[4], n_pairs=0)
