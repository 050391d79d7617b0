"""Floor and ceiling: all genes, and draws that match the panels of `greedy`."""

from spinn.evaluation.references import reference
from spinn.selectors.references import reference_panels
from tests.support.cells import make_data
from tests.support.selectors import choice


def test_the_floor_matches_greedy_and_the_ceiling_is_every_gene():
    data, runs = make_data(), [("floor", 0), ("floor", 1), ("ceiling", 3)]
    panels = reference_panels(data, "reconstruction", [2, 4], runs)
    assert list(panels) == runs
    like = choice("greedy", data, sizes=[2, 4]).path.panels
    for seed in (0, 1):
        assert panels["floor", seed] == reference(data, "floor", seed, like)
        assert [panel.size for panel in panels["floor", seed]] == [4, 2]
    assert [panel.genes for panel in panels["ceiling", 3]] == [data.genes]
