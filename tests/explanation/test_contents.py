"""What lists hold: molecules and markers, by a second count."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.explanation.contents import contents
from spinn.panel import Panel
from spinn.profiles.markers import marker_sets
from tests.support.cells import make_data

DATA = make_data(120, 12)
PANEL = Panel(("g04", "g05"), ("g01", "g02"), ("Cre",))


def test_molecules_are_those_of_panel_and_base():
    counts = DATA.of("train").counts[:, [1, 2, 4, 5]].toarray().mean(axis=0)
    held = contents(DATA, [("a", PANEL)])
    assert held["load_total"]["a"] == pytest.approx(counts.sum())
    share = np.sort(counts)[-3:].sum() / counts.sum()
    assert held["load_share_of_three"]["a"] == pytest.approx(share)


def test_types_with_two_markers_are_counted():
    markers = marker_sets(DATA)
    two = {gene for names in markers.values() if len(names) > 1 for gene in names[:2]}
    n_types = sum(len(names) > 1 for names in markers.values())
    assert n_types
    panels = [("all", Panel(tuple(two))), ("every", Panel(DATA.genes)), ("none", Panel(("g00",)))]
    held = contents(DATA, panels)["types_with_two_markers"]
    assert held == {"all": n_types, "every": n_types, "none": 0}


def test_several_panels_of_a_key_have_the_mean():
    one, other = Panel(("g01",)), Panel(("g02",))
    held = contents(DATA, [(3, one), (3, other)])["load_total"][3]
    apart = contents(DATA, [(1, one), (2, other)])["load_total"]
    assert held == pytest.approx((apart[1] + apart[2]) / 2)


def test_without_types_no_markers_are_counted():
    bare = replace(DATA, labels=None, classes=())
    assert set(contents(bare, [("a", PANEL)])) == {"load_total", "load_share_of_three"}
