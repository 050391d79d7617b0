"""Cross-fitting deals training cells alone, and tells good panels from bad ones."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.evaluation.crossfit import DRAWS, cross_fitted, folds
from spinn.panel import Panel, PanelPath
from spinn.settings import RefitSettings
from tests.support.cells import QUICK, make_data


@pytest.mark.parametrize("donors", [False, True])
@pytest.mark.parametrize("labels", [False, True])
def test_folds_deal_every_training_cell_once(donors, labels):
    data = make_data()
    names = np.array([f"d{i % 5}" for i in range(data.n_cells)])
    data = replace(data, donors=names if donors else None)
    data = data if labels else replace(data, labels=None, classes=())
    dealt = folds(data, seed=3)
    assert sorted(np.concatenate(dealt).tolist()) == np.flatnonzero(data.part == "train").tolist()
    assert [f.tolist() for f in folds(data, seed=3)] == [f.tolist() for f in dealt]
    if donors:
        assert not set(names[dealt[0]]) & set(names[dealt[1]])
    elif labels:
        counts = [np.bincount(data.labels[f], minlength=len(data.classes)) for f in dealt]
        assert np.abs(counts[0] - counts[1]).max() <= 1


def test_cells_of_a_type_that_no_other_fold_has_are_not_judged():
    data = make_data()
    labels = data.labels.copy()
    alone = np.flatnonzero(data.part == "train")[4]
    labels[alone] = labels.max() + 1
    dealt = folds(replace(data, labels=labels, classes=(*data.classes, "rare")), seed=0)
    rest = set(np.flatnonzero(data.part == "train").tolist()) - {alone}
    assert sorted(np.concatenate(dealt).tolist()) == sorted(rest)


def test_many_genes_tell_more_than_one():
    data = make_data(n_cells=200)
    training = replace(QUICK.training, check_every=20)
    settings = replace(QUICK, training=training, refit=RefitSettings(max_steps=200))
    paths = {
        "many": PanelPath((Panel(data.genes[:15]),), ()),
        "one": PanelPath((Panel(data.genes[:1]),), ()),
    }
    for task in ("classification", "reconstruction"):
        found = cross_fitted(data, lambda _: paths, task, settings, seed=0)
        assert found["many"].shape == (1 + DRAWS, 1)
        assert np.all(found["many"][:, 0] < found["one"][:, 0])


def test_a_way_that_chooses_sees_neither_the_fold_that_judges_it_nor_test_cells():
    data = make_data()
    shown = []

    def choose(cells):
        shown.append(set(cells.cells.tolist()))
        return {"one": PanelPath((Panel(data.genes[:2]),), ())}

    cross_fitted(data, choose, "classification", QUICK, seed=0)
    seen = data.of("train", "valid")
    valid = set(data.of("valid").cells.tolist())
    assert set.union(*shown) == set(seen.cells.tolist())
    assert set.intersection(*shown) == valid
