"""Losses, substitutes and roles: against refits one by one, and planted twins."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp

from spinn.constraints.constraints import Constraints
from spinn.explanation.replaceability import replaceability
from spinn.explanation.roles import share_between_types
from spinn.explanation.substitutes import spares
from spinn.panel import Panel
from spinn.preparation.moments import RIDGE, split_moments, whole_moments
from tests.support.cells import TYPES, from_counts, make_data, scrambled, without_counts

DATA = make_data(n_genes=12)
PANEL = np.array([7, 2, 5, 9])
TASKS = ("reconstruction", "classification", "regression")


def fvu(found, genes, targets=slice(None)):
    """The linear FVU of some genes, by solving for the coefficients anew."""
    gram = found.gram[np.ix_(genes, genes)] + RIDGE * np.eye(len(genes))
    cross = found.cross[np.ix_(genes, np.arange(found.cross.shape[1])[targets])]
    variance = found.variance[targets].sum()
    return 1 - np.trace(cross.T @ np.linalg.solve(gram, cross)) / variance


@pytest.mark.parametrize("task", TASKS)
def test_losses_and_gains_are_those_of_refits(task):
    found = split_moments(DATA.of("train"), task)
    lost = replaceability(found, PANEL)
    whole = fvu(found, PANEL)
    for i in range(len(PANEL)):
        rest = np.delete(PANEL, i)
        assert lost.loss[i] == pytest.approx(fvu(found, rest) - whole, rel=1e-8)
        for j in set(range(12)) - set(PANEL):
            gain = fvu(found, rest) - fvu(found, [*rest, j])
            assert lost.regained[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)
    assert not lost.regained[PANEL].any()
    assert not lost.restored[PANEL].any()


@pytest.mark.parametrize("task", TASKS)
def test_what_is_restored_lies_along_what_was_lost(task):
    """Rotate the targets so that one of them is all that a gene added: only that one counts."""
    found = split_moments(DATA.of("train"), task)
    lost = replaceability(found, PANEL)
    gram = found.gram[np.ix_(PANEL, PANEL)] + RIDGE * np.eye(len(PANEL))
    coefficients = np.linalg.solve(gram, found.cross[PANEL])
    for i, b in enumerate(coefficients):
        along = (found.cross @ b / np.linalg.norm(b))[:, None]
        turned = type(found)(found.gram, along, np.array([found.variance.sum()]), own_noise=False)
        rest = np.delete(PANEL, i)
        assert fvu(turned, rest) - fvu(turned, PANEL) == pytest.approx(lost.loss[i], rel=1e-8)
        for j in set(range(12)) - set(PANEL):
            gain = fvu(turned, rest) - fvu(turned, [*rest, j])
            assert lost.restored[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)
    assert (lost.restored <= lost.regained + 1e-12).all()


def test_where_noise_is_shared_no_gene_is_credited_for_itself():
    found = whole_moments(DATA.of("train"), "reconstruction")
    assert found.own_noise
    lost = replaceability(found, PANEL)
    outside = np.array(sorted(set(range(12)) - set(PANEL.tolist())))
    variance = found.variance[outside].sum()
    for i in range(len(PANEL)):
        rest = np.delete(PANEL, i)
        loss = fvu(found, rest, outside) - fvu(found, PANEL, outside)
        assert lost.loss[i] == pytest.approx(loss, rel=1e-8)
        for j in outside:
            others = np.setdiff1d(outside, [j])
            gain = fvu(found, rest, others) - fvu(found, [*rest, j], others)
            gain *= found.variance[others].sum() / variance
            assert lost.regained[j, i] == pytest.approx(gain, rel=1e-6, abs=1e-12)


def test_a_panel_of_all_genes_has_no_substitutes():
    for counts in (True, False):
        data = make_data(n_genes=6, counts=counts)
        found = split_moments(data.of("train"), "reconstruction")
        table = spares(data, Panel(data.genes), found, Constraints())
        assert (table["substitutes"] == "").all()
        assert table["loss_replaced"].tolist() == table["loss"].tolist()
        assert np.isfinite(table["loss"]).all()


def twins():
    """Three pairs of genes of one rate each, and four genes of their own; types in one pair."""
    rng = np.random.default_rng(0)
    kind = np.arange(900) % 3
    programme = rng.normal(size=(900, 3))
    programme[:, 0] = kind - 1
    rate = np.exp(1.5 + 0.7 * np.repeat(programme, 2, axis=1))
    rate = np.hstack([rate, rng.gamma(4, 1, size=(900, 4))])
    counts = sp.csr_matrix(rng.poisson(rate).astype(np.int32))
    return from_counts(counts, total=np.full(900, 2000), labels=kind)


def test_a_twin_is_the_substitute():
    data = twins()
    found = split_moments(data.of("train"), "reconstruction")
    table = spares(data, Panel(("g00", "g02", "g04")), found, Constraints())
    assert [words.split(", ")[0] for words in table["substitutes"]] == ["g01", "g03", "g05"]
    assert (table["restored"] > 0.9).all()
    assert (table["loss_replaced"].abs() < 0.2 * table["loss"]).all()
    assert (table["loss"] > 0.02).all()


def test_a_substitute_meets_the_constraints():
    data = twins()
    found = split_moments(data.of("train"), "reconstruction")
    panel = Panel(("g00", "g02", "g04"))
    table = partial(spares, data, panel, found)
    banned = table(Constraints(excluded=("g01",)))
    assert "g01" not in banned["substitutes"][0].split(", ")
    assert banned["substitutes"][1].startswith("g03")
    grouped = table(Constraints(group={"g03": "x", "g04": "x"}))
    assert "g03" not in grouped["substitutes"][1].split(", ")  # g04 of its group stays
    assert table(Constraints(cost={"g05": 2.0}, budget=3.0))["substitutes"][2] != "g05"


def test_a_gene_of_types_is_told_from_one_of_structure():
    data = twins()
    share = share_between_types(data.of("train"))
    assert (share[:2] > 0.8).all()
    assert (share[2:6] < 0.1).all()
    found = split_moments(data.of("train"), "reconstruction")
    table = spares(data, Panel(("g01", "g02")), found, Constraints())
    assert table["role"].tolist() == [f"type {TYPES[2]}", "structure"]
    assert table["between_types"].tolist() == share[1:3].tolist()


def test_noise_does_not_hide_a_gene_of_types():
    """Of a gene's variance most is noise here; of its signal all lies between the types."""
    rng = np.random.default_rng(1)
    kind = np.arange(3000) % 3
    counts = sp.csr_matrix(rng.poisson(0.4 + 0.3 * kind[:, None], size=(3000, 5)).astype(np.int32))
    data = from_counts(counts, total=np.full(3000, 500), labels=kind)
    assert (share_between_types(data.of("train")) > 0.7).all()
    assert (share_between_types(without_counts(data).of("train")) < 0.4).all()


def test_without_labels_there_are_no_roles():
    data = from_counts(DATA.counts)
    found = split_moments(data.of("train"), "reconstruction")
    table = spares(data, Panel(("g01", "g02")), found, Constraints())
    assert (table["role"] == "").all()
    assert table["between_types"].isna().all()
    with pytest.raises(ValueError, match="roles need labels"):
        share_between_types(data.of("train"))


def test_only_training_cells_are_looked_at():
    other = scrambled(DATA, "valid", "test")
    tables = [
        spares(
            data,
            Panel(("g01", "g02", "g08")),
            split_moments(data.of("train"), "reconstruction"),
            Constraints(),
        )
        for data in (DATA, other)
    ]
    assert tables[0].equals(tables[1])
