"""Numbers per cell: their shapes, and several sets of cells judged as one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.metrics.cell_scores import CellScores, measures, pooled
from spinn.metrics.prediction import confusion, macro_f1
from tests.support.runs import scored_cells


def scores(seed, n_cells):
    random = np.random.default_rng(seed)
    return CellScores(
        sizes=np.array([2, 4]),
        block=np.array([f"{seed}-{i}" for i in range(n_cells)]),
        ratio={"fvu_split": random.random((2, 2, n_cells))},
        mean={"knn_share": random.random((2, n_cells))},
        truth=random.integers(3, size=n_cells),
        classes=np.array(["a", "b", "c"]),
        predicted=random.integers(3, size=(2, n_cells)),
    )


def test_one_of_two_pooled_sets_alone_gives_its_measures():
    one, other = scores(0, 30), scores(1, 20)
    together = pooled([one, other])
    assert together.block.tolist() == [*one.block, *other.block]
    for part, weights in ((one, [1] * 30 + [0] * 20), (other, [0] * 30 + [1] * 20)):
        alone = measures(part)
        for metric, values in measures(together, np.array([weights], dtype=float)).items():
            np.testing.assert_allclose(values, alone[metric])


def test_sets_without_classes_are_pooled_too():
    bare = replace(scores(0, 5), truth=None, classes=None, predicted=None)
    together = pooled([bare, bare])
    assert together.predicted is together.truth is together.classes is None
    assert set(measures(together)) == {"fvu_split", "knn_share"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"truth": np.zeros(4)}, r"truth must have shape \(5,\), got \(4,\)"),
        ({"predicted": np.zeros((1, 5))}, r"predicted must have shape \(2, 5\), got \(1, 5\)"),
        ({"mean": {"knn_share": np.zeros(5)}}, r"mean/knn_share must have shape \(2, 5\), got"),
        ({"ratio": {"r2": np.zeros((2, 5))}}, r"ratio/r2 must have shape \(2, 2, 5\), got"),
        ({"classes": None}, "truth, classes and predicted must come together or not at all"),
    ],
)
def test_shapes_must_agree(change, message):
    with pytest.raises(ValueError, match=message):
        replace(scores(0, 5), **change)


@given(seed=st.integers(0, 1000))
def test_measures_agree_with_repeated_cells(seed):
    cells = scored_cells(seed)
    weights = np.random.default_rng(seed).integers(0, 3, size=(4, 50)).astype(float)
    values = measures(cells, weights)
    for draw, weight in enumerate(weights.astype(int)):
        again = np.repeat(np.arange(50), weight)
        for size in range(2):
            top, bottom = cells.ratio["r2"][:, size, again].sum(axis=1)
            assert values["r2"][draw, size] == pytest.approx(1 - top / bottom)
            share = cells.mean["knn_share"][size, again].mean()
            assert values["knn_share"][draw, size] == pytest.approx(share)
            counts = confusion(cells.truth[again], cells.predicted[size, again], 3)
            assert values["macro_f1"][draw, size] == pytest.approx(macro_f1(counts))


def test_measures_without_denominator_are_nan():
    nothing = CellScores(np.array([1]), np.array(["x"]), ratio={"fvu_split": np.zeros((2, 1, 1))})
    assert np.isnan(measures(nothing)["fvu_split"])
