"""The recommended selector takes each size's panel from where it predicts best."""

from dataclasses import replace

import numpy as np
import pytest

from spinn.constraints.constraints import Constraints
from tests.support.cells import QUICK, make_data
from tests.support.selectors import TASKS, choice

SIZES = [3, 6]


def recommended(data=None, **options):
    return choice("recommended", data or make_data(), sizes=SIZES, **options)


WAYS = {
    "types": {"greedy_split", "greedy", "markers", "cosine"},
    "genes": {"voted", "greedy_split", "greedy"},
}


@pytest.mark.parametrize(("task", "goal"), [(task, goal) for task in TASKS for goal in WAYS])
def test_every_task_gets_panels_of_every_size_and_the_losses_behind_them(task, goal):
    one = recommended(task=task, settings=replace(QUICK, goal=goal))
    assert [panel.size for panel in one.path.panels] == [6, 3]
    assert [ranked.gene for ranked in one.path.ranking] == list(one.path.panels[0].genes)
    tried = WAYS["genes" if task in ("regression", "hurdle") else goal]
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


@pytest.mark.parametrize("task", ["reconstruction", "classification"])
def test_without_a_goal_labels_decide(task):
    both = recommended(task=task)
    assert both.path == recommended(task=task, settings=replace(QUICK, goal="both")).path
    unlabelled = replace(make_data(), labels=None, classes=())
    genes = recommended(unlabelled, task="reconstruction")
    assert set(genes.details["chosen"]["3"]["losses"]) == WAYS["genes"]


def test_the_goal_decides_whatever_the_task():
    for goal in ("genes", "types", "both"):
        settings = replace(QUICK, goal=goal)
        tasks = ("reconstruction", "classification")
        first, second = (recommended(task=task, settings=settings) for task in tasks)
        assert first.path == second.path
        assert first.details["chosen"] == second.details["chosen"]
    assert recommended(task="hurdle") == recommended(
        task="hurdle", settings=replace(QUICK, goal="types")
    )


def test_types_cannot_be_the_goal_of_cells_without():
    data = replace(make_data(), labels=None, classes=())
    for goal in ("types", "both"):
        with pytest.raises(ValueError, match=f"^goal must be genes or null .*, got '{goal}'; name"):
            recommended(data, settings=replace(QUICK, goal=goal))
