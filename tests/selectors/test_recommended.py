"""The recommended selector takes each size's panel from where it tells most."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from spinn.evaluation.crossfit import N_BOOTSTRAP
from spinn.networks.problem import make_problem
from spinn.panel import ranked_path
from spinn.selectors.recommended import _best, recommend
from tests.support.cells import QUICK, make_data

SIZES = [3, 6]


def found(task="reconstruction", *, seed=0, **constraints):
    data = make_data()
    problem = make_problem(data, task, basis=6, n_splits=1)
    demanded = Constraints(**constraints)
    return recommend(
        problem, data, QUICK, sizes=SIZES, seed=seed, constraints=demanded, task=task
    )  # fmt: skip


@pytest.mark.parametrize("task", ["reconstruction", "classification", "regression", "hurdle"])
def test_every_task_gets_panels_of_every_size_and_is_told_why(task):
    path, choices = found(task)
    assert [panel.size for panel in path.panels] == [6, 3]
    assert [ranked.gene for ranked in path.ranking] == list(path.panels[0].genes)
    by_type = {"greedy_split", "greedy", "markers", "cosine"}
    tried = by_type if task == "classification" else {"voted", "greedy_split", "greedy"}
    for size in SIZES:
        assert set(choices[size]) == {"taken", "losses"}
        assert choices[size]["taken"] in choices[size]["losses"]
        assert set(choices[size]["losses"]) == tried


def test_a_type_of_one_training_cell_is_missing_from_a_fold():
    data = make_data()
    rare = data.labels.max() + 1
    labels = data.labels.copy()
    for part in ("train", "valid", "test"):
        labels[np.flatnonzero(data.part == part)[0]] = rare
    data = replace(data, labels=labels, classes=(*data.classes, "rare"))
    problem = make_problem(data, "classification", basis=6, n_splits=1)
    path, _ = recommend(
        problem,
        data,
        QUICK,
        sizes=SIZES,
        seed=0,
        constraints=Constraints(),
        task="classification",
    )
    assert [panel.size for panel in path.panels] == [6, 3]


def test_the_seed_decides():
    assert found(seed=1) == found(seed=1)


def test_required_and_excluded_genes_are_heeded():
    path, _ = found(required=("g07",), excluded=("g00", "g01"))
    for panel in path.panels:
        assert "g07" in panel.genes
        assert not {"g00", "g01"} & set(panel.genes)


def test_groups_and_a_budget_are_met_by_what_is_judged():
    group = {f"g{i:02d}": str(i % 7) for i in range(20)}
    path, _ = found(group=group, cost={"g03": 5.0, "g11": 4.0}, budget=8.0)
    for panel in path.panels:
        assert len({group[gene] for gene in panel.genes}) == panel.size
        assert sum({"g03": 5.0, "g11": 4.0}.get(gene, 1.0) for gene in panel.genes) <= 8.0


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
    path, choices = _best(paths, given)
    assert path.panels == paths[taken].panels
    assert choices[2]["taken"] == taken
    assert choices[2]["losses"] == {"first": first, "second": second}
