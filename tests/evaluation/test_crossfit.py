"""Cross-fitting uses training cells alone, and separates good panels from bad ones."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.evaluation.crossfit import N_BOOTSTRAP, assign_folds, cross_fitted, fold_judges
from spinn.panel import Panel, PanelPath
from spinn.settings import RefitSettings
from tests.support.cells import QUICK, make_data


@pytest.mark.parametrize("donors", [False, True])
@pytest.mark.parametrize("labels", [False, True])
def test_every_training_cell_is_in_one_fold(donors, labels):
    data = make_data()
    names = np.array([f"d{i % 5}" for i in range(data.n_cells)])
    data = replace(data, donors=names if donors else None)
    data = data if labels else replace(data, labels=None, classes=())
    folds = assign_folds(data, seed=3)
    assert sorted(np.concatenate(folds).tolist()) == np.flatnonzero(data.part == "train").tolist()
    assert [f.tolist() for f in assign_folds(data, seed=3)] == [f.tolist() for f in folds]
    if donors:
        assert not set(names[folds[0]]) & set(names[folds[1]])
    elif labels:
        counts = [np.bincount(data.labels[f], minlength=len(data.classes)) for f in folds]
        assert np.abs(counts[0] - counts[1]).max() <= 1


def test_cells_of_a_type_that_no_other_fold_has_are_not_judged():
    data = make_data()
    labels = data.labels.copy()
    alone = np.flatnonzero(data.part == "train")[4]
    labels[alone] = labels.max() + 1
    folds = assign_folds(replace(data, labels=labels, classes=(*data.classes, "rare")), seed=0)
    rest = set(np.flatnonzero(data.part == "train").tolist()) - {alone}
    assert sorted(np.concatenate(folds).tolist()) == sorted(rest)


def test_many_genes_score_better_than_one():
    data = make_data(n_cells=200)
    training = replace(QUICK.training, check_every=20)
    settings = replace(QUICK, training=training, refit=RefitSettings(max_steps=200))
    paths = {
        "many": PanelPath((Panel(data.genes[:15]),), ()),
        "one": PanelPath((Panel(data.genes[:1]),), ()),
    }
    for task in ("classification", "reconstruction"):
        judges = fold_judges(data, task, settings, seed=0)
        fitted = cross_fitted(judges, [paths] * len(judges), seed=0)
        losses = fitted.losses
        assert fitted.metric == {"classification": "macro_f1"}.get(task, "fvu_split")
        assert losses["many"].shape == (1 + N_BOOTSTRAP, 1)
        assert np.all(losses["many"][:, 0] < losses["one"][:, 0])


def test_panels_can_be_chosen_without_the_judging_fold_and_without_test_cells():
    data = make_data()
    judges = fold_judges(data, "classification", QUICK, seed=0)
    shown = [set(judge.data.of("train", "valid").cells.tolist()) for judge in judges]
    judged = [set(judge.test.cells.tolist()) for judge in judges]
    available = data.of("train", "valid")
    valid = set(data.of("valid").cells.tolist())
    assert set.union(*shown) == set(available.cells.tolist())
    assert set.intersection(*shown) == valid
    assert not any(seen & test for seen, test in zip(shown, judged, strict=True))
