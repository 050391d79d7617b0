"""Splits: each cell in one part, classes stratified, donors whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinn.preparation.split import split_cells

PARTS = {"train", "valid", "test"}
shares = st.tuples(st.floats(0.01, 0.4), st.floats(0.01, 0.4))
seeds = st.integers(0, 2**32 - 1)


def split(n_cells, share, seed, **options):
    return split_cells(n_cells, valid=share[0], test=share[1], seed=seed, **options)


@given(n_cells=st.integers(3, 300), share=shares, seed=seeds)
def test_every_cell_has_one_part_and_no_part_is_empty(n_cells, share, seed):
    part = split(n_cells, share, seed)
    assert part.shape == (n_cells,)
    assert set(part) == PARTS
    assert np.array_equal(part, split(n_cells, share, seed))


@given(
    sizes=st.lists(st.integers(2, 80), min_size=2, max_size=6),
    valid=st.floats(0.01, 0.4),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["labels", "donors", "neither"]),
)
def test_without_test_cells_all_others_train_or_validate(sizes, valid, seed, kind):
    groups = np.repeat([f"k{i}" for i in range(len(sizes))], sizes)
    given = {} if kind == "neither" else {kind: groups}
    part = split_cells(len(groups), valid=valid, test=0, seed=seed, **given)
    assert set(part) == {"train", "valid"}
    for i, size in enumerate(sizes):
        of_group = part[groups == f"k{i}"]
        if kind == "labels":
            assert set(of_group) == {"train", "valid"}
            assert abs((of_group == "valid").sum() - valid * size) <= 1
        if kind == "donors":
            assert len(set(of_group)) == 1


@given(sizes=st.lists(st.integers(3, 80), min_size=1, max_size=5), share=shares, seed=seeds)
def test_classes_are_stratified_to_within_one_cell(sizes, share, seed):
    labels = np.repeat([f"k{i}" for i in range(len(sizes))], sizes)
    part = split(len(labels), share, seed, labels=labels)
    for i, size in enumerate(sizes):
        of_class = part[labels == f"k{i}"]
        assert set(of_class) == PARTS
        assert abs((of_class == "valid").sum() - share[0] * size) <= 1
        assert abs((of_class == "test").sum() - share[1] * size) <= 1


@given(
    sizes=st.lists(st.integers(1, 60), min_size=3, max_size=12),
    share=shares,
    seed=st.integers(0, 20),
    with_labels=st.booleans(),
)
def test_donors_are_held_out_whole(sizes, share, seed, with_labels):
    donors = np.repeat([f"d{i}" for i in range(len(sizes))], sizes)
    labels = np.resize(["a", "b"], len(donors)) if with_labels else None
    part = split(len(donors), share, seed, labels=labels, donors=donors)
    assert set(part) == PARTS
    for donor in set(donors):
        assert len(set(part[donors == donor])) == 1


def test_donors_are_split_near_the_wanted_shares_with_all_classes():
    sizes = [400] * 3 + [100] * 20  # without the large ones the shares would be met better
    donors = np.repeat([f"d{i:02d}" for i in range(23)], sizes)
    labels = np.full(len(donors), "common")
    labels[: 3 * 400 : 2] = "rare"  # half of the large donors' cells
    for seed in range(5):
        part = split(len(donors), (0.1, 0.2), seed, labels=labels, donors=donors)
        assert abs((part == "test").mean() - 0.2) <= 0.05
        assert abs((part == "valid").mean() - 0.1) <= 0.05
        assert all("rare" in labels[part == name] for name in PARTS)


def test_another_seed_gives_another_split():
    one, other = (split(200, (0.1, 0.2), seed) for seed in (0, 1))
    assert (one != other).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_cells": 2}, "a split needs at least 3 cells, got 2"),
        (
            {"n_cells": 6, "labels": np.array(["a", "a", "a", "b", "b", "c"])},
            r"each class needs at least 3 cells.*too few in: b \(2\), c \(1\); drop or merge",
        ),
        (
            {"n_cells": 4, "donors": np.array(["x", "x", "y", "y"])},
            "at least 3 donors.*got 2: x, y; set donor: null to split cells instead",
        ),
    ],
)
def test_messages(options, message):
    with pytest.raises(ValueError, match=message):
        split_cells(valid=0.1, test=0.2, seed=0, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_cells": 1}, "a split needs at least 2 cells, got 1"),
        ({"n_cells": 3, "labels": np.array(["a", "a", "b"])}, r"2 cells.*valid; too few in: b \(1"),
        ({"n_cells": 2, "donors": np.array(["x", "x"])}, "2 donors, one for each of train and val"),
    ],
)
def test_messages_without_test_cells(options, message):
    with pytest.raises(ValueError, match=message):
        split_cells(valid=0.1, test=0, seed=0, **options)
