"""Markers in turn: types, in order, take their best gene that is left."""

import numpy as np

from spinn.constraints.constraints import Constraints
from spinn.selectors.by_type import by_type
from spinn.selectors.run import Run, TrainingCells
from tests.support.cells import make_data


def test_types_take_turns_and_skip_what_is_taken_or_excluded():
    cells = TrainingCells(make_data(20, 5), "classification")
    scores = np.array([[5.0, 4.0, 3.0, 2.0, 1.0], [9.0, 7.0, 0.0, 8.0, 0.0]])
    path = by_type(cells, scores, Run("any", [4]))
    assert path.of_size(4).genes == ("g00", "g03", "g01", "g02")  # of two equal genes the first
    assert [place.score for place in path.ranking] == [5.0, 8.0, 4.0, 0.0]
    constraints = Constraints(required=("g04",), excluded=("g00",))
    path = by_type(cells, scores, Run("any", [3], 0, constraints))
    assert path.of_size(3).genes == ("g04", "g01", "g03")
    assert path.ranking[0].score == np.inf
