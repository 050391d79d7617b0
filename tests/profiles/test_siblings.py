"""Which types are nearest to each other."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.profiles.siblings import siblings
from tests.support.cells import from_counts, make_data, scrambled

NAMES = ("cell", "chair", "cup", "mug")
N_GENES = 60


def cells(n_cells=(40, 40, 40, 40), *, seed=0):
    """Four types: cup and mug share most of their profile, chair less, cell nothing."""
    rng = np.random.default_rng(seed)
    profile = rng.gamma(0.5, 4, size=(4, N_GENES))
    profile[1] = 0.5 * profile[1] + 0.5 * profile[2]
    profile[3] = 0.1 * profile[3] + 0.9 * profile[2]
    labels = np.repeat(np.arange(4), n_cells)
    counts = sp.csr_matrix(rng.poisson(profile[labels] + 0.01).astype(np.int32))
    part = np.where(np.arange(len(labels)) % 4 == 3, "test", "train")
    return replace(from_counts(counts, labels=labels, part=part), classes=NAMES)


def test_the_nearest_types_are_siblings_nearest_first():
    near = siblings(cells())
    assert near["cup"] == ("mug", "chair")
    assert near["mug"] == ("cup", "chair")
    assert list(near) == list(NAMES)


def test_a_type_of_20_cells_is_a_sibling_and_rarer_ones_come_last():
    assert siblings(cells((80, 80, 80, 28)), n_nearest=1)["cup"] == ("mug",)  # 21 to train
    rare = siblings(cells((80, 80, 80, 24)), n_nearest=3)
    assert rare["cup"] == ("chair", "cell", "mug")
    assert rare["mug"][0] == "cup"


def test_there_are_no_more_siblings_than_other_types():
    assert all(len(near) == 3 for near in siblings(cells(), n_nearest=9).values())
    alone = replace(cells(), labels=np.zeros(160, np.int64))
    assert siblings(alone) == {"cell": ()}


def test_named_pairs_replace_the_nearest_of_their_types_only():
    nearest = siblings(cells())
    named = siblings(cells(), pairs=[("cup", "cell"), ("cup", "chair"), ("cell", "cup")])
    assert named["cup"] == ("cell", "chair")
    assert named["cell"] == named["chair"] == ("cup",)
    assert named["mug"] == nearest["mug"]


def test_a_type_without_training_cells_is_left_out():
    data = cells()
    without = replace(data, part=np.where(data.labels == 3, "test", data.part))
    assert list(siblings(without)) == ["cell", "chair", "cup"]
    with pytest.raises(
        ValueError, match="'mug' is no type with training cells; types: cell, chair"
    ):
        siblings(without, pairs=[("cup", "mug")])


def test_test_cells_play_no_part():
    assert siblings(cells()) == siblings(scrambled(cells(), "test"))


def test_pairs_and_labels_are_checked():
    with pytest.raises(ValueError, match="did you mean 'chair'"):
        siblings(cells(), pairs=[("cup", "chairs")])
    with pytest.raises(ValueError, match="needs two types, got 'cup' twice"):
        siblings(cells(), pairs=[("cup", "cup")])
    with pytest.raises(ValueError, match="siblings need labels"):
        siblings(replace(make_data(), labels=None))
