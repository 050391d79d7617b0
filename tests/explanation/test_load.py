"""Load of a panel's genes: against means taken cell type by cell type."""

import numpy as np

from spinn.explanation.load import load_columns
from spinn.panel import Panel
from spinn.profiles.loads import loads
from tests.support.cells import TYPES, from_counts, make_data, scrambled

DATA = make_data(90, 12)
PANEL = Panel(("g07", "g02"))


def test_the_highest_mean_of_a_type_is_named():
    table = load_columns(DATA, PANEL, loads(DATA))
    train = DATA.of("train")
    for row, gene in zip(table.itertuples(), PANEL.genes, strict=True):
        molecules = train.counts.toarray()[:, DATA.genes.index(gene)]
        means = {kind: molecules[train.labels == i].mean() for i, kind in enumerate(TYPES)}
        assert np.isclose(row.load, molecules.mean())
        assert np.isclose(row.load_max, max(means.values()))
        assert row.load_type == max(means, key=means.get)
        assert row.load_unit == "molecules per cell"


def test_without_types_the_mean_over_all_cells_is_the_highest():
    table = load_columns(DATA, PANEL, loads(from_counts(DATA.counts)))
    assert (table["load_type"] == "all").all()
    assert table["load"].equals(table["load_max"])


def test_only_training_cells_are_used():
    shuffled = scrambled(DATA, "valid", "test")
    assert load_columns(DATA, PANEL, loads(DATA)).equals(load_columns(DATA, PANEL, loads(shuffled)))
