"""The linear discriminant: sklearn's, with a ridge; its scores separate what was planted."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from spinn.explanation.discriminant import discriminant
from tests.support.cells import make_data


def test_with_many_cells_and_few_genes_it_is_the_textbook_discriminant():
    data = make_data(n_cells=6000)
    train, test = data.of("train"), data.of("test")
    genes = np.array([2, 5, 11])
    scores = discriminant(train).scores(test.values, genes)
    peer = LinearDiscriminantAnalysis(solver="lsqr", priors=np.full(3, 1 / 3))
    peer.fit(train.values[:, genes].toarray(), train.labels)
    theirs = peer.decision_function(test.values[:, genes].toarray())
    for t, s in ((0, 1), (0, 2), (1, 2)):
        ours = scores[:, t] - scores[:, s]
        assert np.corrcoef(ours, theirs[:, t] - theirs[:, s])[0, 1] > 0.9999


def test_genes_alone_and_among_all_share_their_covariance():
    train = make_data().of("train")
    rule = discriminant(train)
    scaled = train.values.toarray() / rule.scale - rule.mean[train.labels]
    assert rule.within == pytest.approx(scaled.T @ scaled / train.n_cells, abs=1e-4)
    assert rule.scores(train.values, np.arange(20)).shape == (train.n_cells, 3)


def test_chunks_of_cells_change_nothing(monkeypatch):
    train = make_data().of("train")
    whole = discriminant(train)
    monkeypatch.setattr("spinn.explanation.discriminant._CELLS_AT_ONCE", 7)
    assert discriminant(train).within == pytest.approx(whole.within, abs=1e-5)
