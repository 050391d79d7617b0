"""The judge: what it reads of the cells per task, and what the bootstrap draws."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.evaluation.judge import blocks, make_judge
from tests.support.cells import QUICK, without_counts
from tests.support.judging import DATA


@pytest.mark.parametrize(
    ("task", "with_counts", "without"),
    [
        ("reconstruction", ["split", "none"], ["hidden", "none"]),
        ("hurdle", ["split"], ["none"]),
        ("classification", ["none"], ["none"]),
        ("regression", ["none"], ["none"]),
    ],
)
def test_what_is_read_depends_on_the_task_and_on_counts(task, with_counts, without):
    for data, readings in ((DATA, with_counts), (without_counts(DATA), without)):
        judge = make_judge(data, task, QUICK)
        assert list(judge.problems) == readings
        assert [problem.encoder.noise for problem in judge.problems.values()] == readings
        assert judge.structure is not None
        assert set(judge.test.part) == {"test"}
        quick = make_judge(data, task, QUICK, headline_only=True)
        assert list(quick.problems) == readings[:1]
        assert quick.structure is None


def test_test_cells_are_read_in_as_many_halves_as_the_settings_say():
    judge = make_judge(DATA, "reconstruction", QUICK, headline_only=True)
    assert len(judge.views(judge.problems["split"])) == 2 * QUICK.test_splits


def test_the_bootstrap_draws_donors_else_cells_by_distinct_names():
    donors = np.array(["a", "b"] * (DATA.n_cells // 2))
    assert blocks(replace(DATA, donors=donors)) is donors
    assert blocks(DATA) is DATA.cells
    repeated = replace(DATA, cells=np.array(["c"] * DATA.n_cells))
    assert blocks(repeated).tolist() == [str(i) for i in range(DATA.n_cells)]
