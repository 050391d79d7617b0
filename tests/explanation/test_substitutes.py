"""Substitutes of single genes: planted twins, within the constraints."""

from functools import partial

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.explanation.substitutes import substitutes
from spinn.panel import Panel
from spinn.preparation.moments import split_moments
from tests.support.cells import make_data, scrambled
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
        assert (table["substitutes"] == "").all()
        assert table["loss_replaced"].tolist() == table["loss"].tolist()
        assert np.isfinite(table["loss"]).all()


def test_only_training_cells_are_used():
    def table(data):
        moments = split_moments(data.of("train"), "reconstruction")
        return substitutes(data, Panel(("g01", "g02", "g08")), moments, Constraints())

    data = make_data(n_genes=12)
    assert table(data).equals(table(scrambled(data, "valid", "test")))
