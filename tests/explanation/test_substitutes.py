"""Substitutes of single genes: planted twins, within the constraints."""

from functools import partial

import numpy as np
import scipy.sparse as sp

from spinn.constraints.constraints import Constraints
from spinn.explanation.substitutes import MIN_RESTORED, NONE_GOOD, substitutes
from spinn.panel import Panel
from spinn.preparation.moments import split_moments
from tests.support.cells import from_counts, make_data, scrambled
from tests.support.twins import twins


def test_a_twin_is_the_substitute():
    data = twins()
    moments = split_moments(data.of("train"), "reconstruction")
    table = substitutes(data, Panel(("g00", "g02", "g04")), moments, Constraints())
    assert [words.split(", ")[0] for words in table["substitutes"]] == ["g01", "g03", "g05"]
    assert (table["restored"] > 0.9).all()
    assert (table["loss_replaced"].abs() < 0.2 * table["loss"]).all()
    assert (table["loss"] > 0.02).all()


def test_a_substitute_meets_the_constraints():
    data = twins()
    moments = split_moments(data.of("train"), "reconstruction")
    panel = Panel(("g00", "g02", "g04"))
    table = partial(substitutes, data, panel, moments)
    banned = table(Constraints(excluded=("g01",)))
    assert "g01" not in banned["substitutes"][0].split(", ")
    assert banned["substitutes"][1].startswith("g03")
    grouped = table(Constraints(group={"g03": "x", "g04": "x"}))
    assert "g03" not in grouped["substitutes"][1].split(", ")  # g04 of its group stays
    assert table(Constraints(cost={"g05": 2.0}, budget=3.0))["substitutes"][2] != "g05"


def test_a_panel_of_all_genes_has_no_substitutes():
    for counts in (True, False):
        data = make_data(n_genes=6, counts=counts)
        moments = split_moments(data.of("train"), "reconstruction")
        table = substitutes(data, Panel(data.genes), moments, Constraints())
        assert (table["substitutes"] == NONE_GOOD).all()
        assert (table["restored"] == 0).all()
        assert table["loss_replaced"].tolist() == table["loss"].tolist()
        assert np.isfinite(table["loss"]).all()


def test_only_training_cells_are_used():
    def table(data):
        moments = split_moments(data.of("train"), "reconstruction")
        return substitutes(data, Panel(("g01", "g02", "g08")), moments, Constraints())

    data = make_data(n_genes=12)
    assert table(data).equals(table(scrambled(data, "valid", "test")))


def of_rates(rate, *, kind=None):
    """Cells with Poisson molecules of these rates, far fewer than all of a cell's molecules."""
    counts = np.random.default_rng(1).poisson(rate).astype(np.int32)
    total = np.full(len(rate), 5000)
    return from_counts(sp.csr_matrix(counts), total=total, labels=kind)


def first_row(data, *panel):
    moments = split_moments(data.of("train"), "reconstruction")
    return substitutes(data, Panel(panel), moments, Constraints()).iloc[0]


def test_a_gene_that_falls_with_the_lost_one_is_no_substitute():
    """A mirror image predicts as well as a twin; who measures it sees other cells light up."""
    programme = np.random.default_rng(0).normal(size=(900, 1))
    rate = np.exp(2 + programme * [1.0, -1.0, 1.0])
    assert first_row(of_rates(rate), "g00")["substitutes"] == "g02"
    row = first_row(of_rates(rate[:, :2]), "g00")
    assert row["substitutes"] == NONE_GOOD
    assert (row["restored"], row["loss_replaced"]) == (0.0, row["loss"])


def test_a_gene_of_another_type_is_no_substitute_for_a_gene_of_a_type():
    kind = np.arange(900) % 3
    rate = np.array([[1, 20, 30], [1, 30, 20], [2, 20, 30]]).T[kind].astype(float)
    row = first_row(of_rates(rate, kind=kind), "g00")
    assert (row["role"], row["substitutes"]) == ("type T", "g02")
    assert first_row(of_rates(rate[:, :2], kind=kind), "g00")["substitutes"] == NONE_GOOD
    assert first_row(of_rates(rate[:, :2]), "g00")["substitutes"] == "g01"  # no types, no roles


def test_a_gene_that_restores_too_little_is_no_substitute():
    twin = np.exp(2 + np.random.default_rng(0).normal(size=(900, 1)))
    well_seen = first_row(of_rates(np.hstack([twin, twin / 2])), "g00")
    assert well_seen["substitutes"] == "g01"
    assert well_seen["restored"] >= MIN_RESTORED
    hardly_seen = first_row(of_rates(np.hstack([twin, twin / 100])), "g00")
    assert hardly_seen["substitutes"] == NONE_GOOD
