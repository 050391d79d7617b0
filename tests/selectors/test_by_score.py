"""Panels of scores: required genes first, ties by name, excluded genes nowhere."""

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.selectors.by_score import by_score
from spinn.selectors.run import Run, TrainingCells
from tests.support.cells import make_data, permuted


def test_scores_decide_and_names_break_ties_whatever_the_order_of_genes():
    data = make_data()
    for order in (np.arange(20), np.arange(20)[::-1]):
        cells = TrainingCells(permuted(data, order), "reconstruction")
        scores = np.zeros(20)
        scores[cells.data.positions(["g07", "g03", "g11"])] = 2.0, 5.0, 2.0
        path = by_score(cells, scores, Run("any", [5]))
        assert path.of_size(5).genes == ("g03", "g07", "g11", "g00", "g01")
        assert [place.score for place in path.ranking] == [5.0, 2.0, 2.0] + [0.0] * 17
        constraints = Constraints(required=("g19", "g11"), excluded=("g03",))
        path = by_score(cells, scores, Run("any", [4], 0, constraints))
        assert path.of_size(4).genes == ("g11", "g19", "g07", "g00")
        assert {place.among for place in path.ranking} == {19}
