"""What every gate promises, checked for each of them by one function."""

import torch

from tests.support.cells import copy_of, same_state


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
