"""Every selector of the package, whole, under random demands; other packages' go the same way."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinn.config.check import check
from spinn.interface.select import _chosen
from spinn.selectors.registry import EXCHANGE, EXCHANGE_TASKS, SELECTORS
from tests.selectors.test_constrained import broken
from tests.support.cells import make_data
from tests.support.gene_sections import SECTION, constraints_in

pytestmark = pytest.mark.slow
OWN = [name for name, entry in SELECTORS.items() if not entry.external]
DATA = make_data()
CONFIG = check(
    {
        "datasets": {"cells": {"path": "scanpy:pbmc68k_reduced", "label": "type"}},
        "panel_sizes": [2],
        "network": {"hidden": [8]},
        "training": {"max_steps": 5, "check_every": 5, "basis": 6, "n_splits": 1,
                     "max_doublings": 0},
        "rfe": {"max_steps": 2},
        "refit": {"max_steps": 5},
        "device": "cpu",
    }
)  # fmt: skip


PAIRS = [
    (name, task)
    for name in OWN
    for task in ("reconstruction", "classification")
    if task in EXCHANGE_TASKS or not name.endswith(EXCHANGE)
]


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_demands_are_met_or_one_line_says_why_not(name, task):
    met = 0

    @settings(max_examples=6, derandomize=True)
    @given(section=SECTION, sizes=st.sets(st.integers(2, 9), min_size=1, max_size=2).map(sorted))
    def under(section, sizes):
        nonlocal met
        wish = constraints_in(section)
        assume(wish is not None)
        config = CONFIG | {"genes": section, "panel_sizes": sizes}
        try:
            found = _chosen(DATA.of("train", "valid"), config, name, task=task, seed=0)
        except ValueError as error:
            if str(error).startswith(("sizes must lie in", "a panel of")):
                return
            raise
        met += 1
        for panel in found.path.panels:
            assert broken(panel.genes, panel.size, wish) == []

    under()
    assert met, "no demand could be met: the test has looked at nothing"
