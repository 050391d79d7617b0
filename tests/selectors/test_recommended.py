"""The recommended selector takes each size's panel from where it predicts best."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from spinn.evaluation.crossfit import N_BOOTSTRAP
from spinn.panel import ranked_path
from spinn.selectors.recommended import _best
from tests.support.cells import make_data
from tests.support.selectors import TASKS, choice

SIZES = [3, 6]


def recommended(data=None, **options):
    return choice("recommended", data or make_data(), sizes=SIZES, **options)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_gets_panels_of_every_size_and_the_losses_behind_them(task):
    one = recommended(task=task)
    assert [panel.size for panel in one.path.panels] == [6, 3]
    assert [ranked.gene for ranked in one.path.ranking] == list(one.path.panels[0].genes)
    by_type = {"greedy_split", "greedy", "markers", "cosine"}
    tried = by_type if task == "classification" else {"voted", "greedy_split", "greedy"}
    chosen = one.details["chosen"]
    assert list(chosen) == ["6", "3"]
    for size in chosen.values():
        assert set(size) == {"taken", "losses"}
        assert size["taken"] in size["losses"]
        assert set(size["losses"]) == tried


def test_a_type_of_one_training_cell_is_missing_from_a_fold():
    data = make_data()
    rare = data.labels.max() + 1
    labels = data.labels.copy()
    for part in ("train", "valid", "test"):
        labels[np.flatnonzero(data.part == part)[0]] = rare
    data = replace(data, labels=labels, classes=(*data.classes, "rare"))
    path = recommended(data, task="classification").path
    assert [panel.size for panel in path.panels] == [6, 3]


def test_required_and_excluded_genes_are_heeded():
    constraints = Constraints(required=("g07",), excluded=("g00", "g01"))
    for panel in recommended(constraints=constraints).path.panels:
        assert "g07" in panel.genes
        assert not {"g00", "g01"} & set(panel.genes)


def test_groups_and_a_budget_are_met_by_the_panels_that_are_judged():
    group = {f"g{i:02d}": str(i % 7) for i in range(20)}
    cost = {"g03": 5.0, "g11": 4.0}
    constraints = Constraints(group=group, cost=cost, budget=8.0)
    for panel in recommended(constraints=constraints).path.panels:
        assert len({group[gene] for gene in panel.genes}) == panel.size
        assert sum(cost.get(gene, 1.0) for gene in panel.genes) <= 8.0


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
    best = _best(paths, given)
    assert best.path.panels == paths[taken].panels
    assert best.details == {
        "chosen": {"2": {"taken": taken, "losses": {"first": first, "second": second}}}
    }
