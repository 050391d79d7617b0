"""What every gate and every selector promises, checked for each of them by one function."""

import numpy as np
import pytest
import torch

from spinn.constraints.constraints import Constraints
from tests.support.cells import copy_of, make_data, same_state


def check_gate(gate, n_genes):
    """What every gate promises; its parameters may have been learnt."""
    before = copy_of(gate)
    x = torch.randn(6, n_genes)
    given = x.clone()
    for training in (True, False):
        gate.train(training)
        out = gate(x)
        noisy, hidden = gate.sample_hidden(x)
        assert out.shape == noisy.shape == x.shape
        assert out.isfinite().all()
        assert hidden is None or (
            hidden.shape == x.shape and hidden.ge(0).all() and hidden.le(1).all()
        )
    assert torch.equal(gate(x), gate(x))  # evaluating: no noise
    assert torch.equal(x, given)

    assert gate.penalty().shape == ()
    assert gate.penalty().isfinite()
    share, scores = gate.hidden_share(), gate.scores()
    assert share.shape == scores.shape == (n_genes,)
    assert share.ge(0).all()
    assert share.le(1).all()
    replaced = gate.replaced_share()
    assert replaced.shape == (n_genes,)
    assert torch.equal(replaced, torch.zeros(n_genes) if hidden is None else share)
    assert not share.requires_grad
    assert not scores.requires_grad
    scores.add_(1)  # a copy, not the parameter itself
    assert same_state(copy_of(gate), before)

    index = torch.arange(0, n_genes, 2)
    kept = gate.keep(index)
    assert type(kept) is type(gate)
    assert kept.settings == gate.settings
    assert kept.training == gate.training
    assert torch.equal(kept.scores(), gate.scores()[index])
    assert torch.equal(kept.hidden_share(), gate.hidden_share()[index])
    assert torch.equal(kept(x[:, index]), gate(x)[:, index])
    for parameter in kept.parameters():
        parameter.data.add_(1)  # its own, not the larger gate's
    assert same_state(copy_of(gate), before)


def check_selector(choose, *, nested=True):
    """What every selector promises; ``choose(data, sizes=, seed=, constraints=)`` runs it.

    Panels that are not ``nested`` were each chosen anew; the ranking is the largest one's.
    """
    data = make_data()
    before = (data.fingerprint(), data.counts.copy(), data.mean.copy(), data.std.copy())
    path = choose(data, sizes=[5, 3], seed=1, constraints=Constraints())

    assert [panel.size for panel in path.panels] == [5, 3]
    ranked = [place.gene for place in path.ranking]
    assert len(set(ranked)) == len(ranked) >= 5
    assert set(ranked) <= set(data.genes)
    assert [place.rank for place in path.ranking] == list(range(1, len(ranked) + 1))
    assert not any(np.isnan(place.score) for place in path.ranking)
    assert path.of_size(5).genes == tuple(ranked[:5])
    assert set(path.of_size(3).genes) <= set(data.genes)
    assert not nested or path.of_size(3).genes == tuple(ranked[:3])
    again = choose(data, sizes=[5, 3], seed=1, constraints=Constraints())
    assert again == path
    assert data.fingerprint() == before[0]
    assert (data.counts != before[1]).nnz == 0
    assert np.array_equal(data.mean, before[2])
    assert np.array_equal(data.std, before[3])

    wish = Constraints(required=("g11", "g02"), excluded=("g00", "g07"))
    path = choose(data, sizes=[4, 2], seed=1, constraints=wish)
    assert set(path.of_size(2).genes) == {"g02", "g11"} < set(path.of_size(4).genes)
    assert not {"g00", "g07"} & {place.gene for place in path.ranking}

    path = choose(data, sizes=[20], seed=1, constraints=Constraints())
    assert set(path.of_size(20).genes) == set(data.genes)
    lone = choose(make_data(60, 1), sizes=[1], seed=1, constraints=Constraints())
    assert lone.of_size(1).genes == ("g00",)
    with pytest.raises(ValueError, match=r"sizes must lie in 2\.\.18, got \[19\]"):
        choose(data, sizes=[19, 4], seed=1, constraints=wish)
