"""In a contest the first way stays unless another is clearly better."""

import numpy as np
import pytest

from spinn.evaluation.crossfit import N_BOOTSTRAP, CrossFitted
from spinn.panel import ranked_path
from spinn.selectors.contest import Contest, _taken


def losses(estimate, doubt):
    """Losses of one size: an estimate, and draws around it."""
    draws = estimate + doubt * np.random.default_rng(0).normal(size=N_BOOTSTRAP)
    return np.concatenate([[estimate], draws])[:, None]


@pytest.mark.parametrize(
    ("first", "second", "doubt", "taken"),
    [(0.9, 0.8, 0.01, "second"), (0.9, 0.8, 0.5, "first"), (0.8, 0.9, 0.01, "first")],
)
def test_the_first_stays_unless_another_is_clearly_better(first, second, doubt, taken):
    paths = {"first": ranked_path(["a", "b"], [2, 1], [2]),
             "second": ranked_path(["c", "d"], [2, 1], [2])}  # fmt: skip
    given = {"first": losses(first, 0.0), "second": losses(second, doubt)}
    fitted = CrossFitted("fvu_split", given)
    contest = Contest(paths, (), fitted, _taken(paths, fitted))
    assert contest.path.panels == paths[taken].panels
    assert contest.losses.tolist() == given[taken].tolist()
    assert contest.details() == {
        "2": {"taken": taken, "losses": {"first": first, "second": second}}
    }
