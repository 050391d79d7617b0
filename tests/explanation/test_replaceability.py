"""What is lost, restored and regained, against refits one by one."""

import numpy as np
import pytest

from spinn.explanation.replaceability import replaceability
from spinn.preparation.moments import RIDGE, Moments, split_moments, whole_moments
from tests.support.cells import make_data

DATA = make_data(n_genes=12)
PANEL = np.array([7, 2, 5, 9])
TASKS = ("reconstruction", "classification", "regression")


def fvu(moments, genes, targets=slice(None)):
    """The linear FVU of some genes, by solving for the coefficients."""
    gram = moments.gram[np.ix_(genes, genes)] + RIDGE * np.eye(len(genes))
    cross = moments.cross[np.ix_(genes, np.arange(moments.cross.shape[1])[targets])]
    variance = moments.variance[targets].sum()
    return 1 - np.trace(cross.T @ np.linalg.solve(gram, cross)) / variance


@pytest.mark.parametrize("task", TASKS)
def test_losses_and_gains_are_those_of_refits(task):
    moments = split_moments(DATA.of("train"), task)
    lost = replaceability(moments, PANEL)
    whole = fvu(moments, PANEL)
    for i in range(len(PANEL)):
        rest = np.delete(PANEL, i)
        assert lost.loss[i] == pytest.approx(fvu(moments, rest) - whole, rel=1e-8)
        for j in set(range(12)) - set(PANEL):
            gain = fvu(moments, rest) - fvu(moments, [*rest, j])
            assert lost.regained[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)
    assert not lost.regained[PANEL].any()
    assert not lost.restored[PANEL].any()


@pytest.mark.parametrize("task", TASKS)
def test_what_is_restored_lies_along_what_was_lost(task):
    """Rotate the targets so that one of them is all that a gene added: only that one counts."""
    moments = split_moments(DATA.of("train"), task)
    lost = replaceability(moments, PANEL)
    gram = moments.gram[np.ix_(PANEL, PANEL)] + RIDGE * np.eye(len(PANEL))
    coefficients = np.linalg.solve(gram, moments.cross[PANEL])
    for i, b in enumerate(coefficients):
        along = (moments.cross @ b / np.linalg.norm(b))[:, None]
        turned = Moments(moments.gram, along, np.array([moments.variance.sum()]), own_noise=False)
        rest = np.delete(PANEL, i)
        assert fvu(turned, rest) - fvu(turned, PANEL) == pytest.approx(lost.loss[i], rel=1e-8)
        for j in set(range(12)) - set(PANEL):
            gain = fvu(turned, rest) - fvu(turned, [*rest, j])
            assert lost.restored[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)
    assert (lost.restored <= lost.regained + 1e-12).all()


def test_where_noise_is_shared_no_gene_is_credited_for_itself():
    moments = whole_moments(DATA.of("train"), "reconstruction")
    assert moments.own_noise
    lost = replaceability(moments, PANEL)
    outside = np.array(sorted(set(range(12)) - set(PANEL.tolist())))
    variance = moments.variance[outside].sum()
    for i in range(len(PANEL)):
        rest = np.delete(PANEL, i)
        loss = fvu(moments, rest, outside) - fvu(moments, PANEL, outside)
        assert lost.loss[i] == pytest.approx(loss, rel=1e-8)
        for j in outside:
            others = np.setdiff1d(outside, [j])
            gain = fvu(moments, rest, others) - fvu(moments, [*rest, j], others)
            gain *= moments.variance[others].sum() / variance
            assert lost.regained[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)
