"""Molecules per cell of every gene, type by type."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from spinn.profiles.loads import loads
from tests.support.cells import from_counts, make_data, without_counts

COUNTS = sp.csr_matrix(np.array([[4, 0, 1], [2, 0, 1], [0, 6, 1], [9, 9, 1]]))
PART = np.array(["train", "train", "train", "test"])


def test_loads_are_means_of_counts_over_the_training_cells_of_each_type():
    data = from_counts(COUNTS, labels=np.array([0, 0, 1, 1]), part=PART)
    measured = loads(data)
    assert len(measured.types) == 2
    assert measured.molecules.tolist() == [[3, 0, 1], [0, 6, 1]]
    assert measured.overall.tolist() == [2, 2, 1]
    assert measured.unit == "molecules per cell"


def test_without_labels_all_cells_are_one_type():
    measured = loads(replace(from_counts(COUNTS, part=PART), labels=None, classes=()))
    assert measured.types == ("all",)
    assert measured.molecules.tolist() == [[2, 2, 1]]


def test_a_type_without_training_cells_is_left_out():
    data = make_data()
    only_first = replace(data, part=np.where(data.labels == 0, data.part, "test"))
    assert loads(only_first).types == (data.classes[0],)


def test_log_normalised_values_are_taken_back_to_the_scale_of_the_cells():
    data = make_data()
    measured = loads(without_counts(data))
    train = data.of("train")
    scaled = train.counts.toarray() / train.total_counts[:, None] * data.target_sum
    assert np.allclose(measured.overall, scaled.mean(axis=0), rtol=1e-4)
    assert measured.unit == "molecules per 10,000 molecules"


def test_the_cells_are_not_changed_and_test_cells_play_no_part():
    data = make_data()
    before, others = data.fingerprint(), data.of("train", "valid")
    assert np.array_equal(loads(data).molecules, loads(others).molecules)
    assert data.fingerprint() == before
